/** Comparison and logic: three-valued, with NaN equal to itself and greatest, and −0 equal to 0, as in Spark. */
import { booleanType } from '../../data/data-type.ts'
import type { FunctionSignature } from './signature.ts'
import { anyNull, commonOf, need, scalar } from './type-rules.ts'

const compares = (name: string, doc: string, aliases: readonly string[] = []): FunctionSignature =>
  scalar('comparison', name, 2, 2, {
    aliases,
    usage: `a ${name} b`,
    doc: `${doc} Null where either side is null.`,
    resolve: (args) => {
      const type = commonOf(name, args)
      return { parameterTypes: [type, type], type: booleanType, nullable: anyNull(args) }
    },
  })

const tests = (name: string, usage: string, doc: string): FunctionSignature =>
  scalar('comparison', name, 1, 1, {
    usage,
    doc,
    resolve: (args) => {
      if (name === 'isnan') need(name, args, 0, 'double')
      return { parameterTypes: args.map((argument) => argument.type), type: booleanType, nullable: false }
    },
  })

const logic = (name: 'and' | 'or', doc: string): FunctionSignature =>
  scalar('logic', name, 2, 2, { usage: `a ${name} b`, doc, takes: [booleanType, booleanType], gives: booleanType })

export const comparisonFunctions: readonly FunctionSignature[] = [
  compares('=', 'Whether both are equal.', ['==']),
  compares('!=', 'Whether they differ.', ['<>']),
  compares('<', 'Whether the first is less.'),
  compares('<=', 'Whether the first is less or equal.'),
  compares('>', 'Whether the first is greater.'),
  compares('>=', 'Whether the first is greater or equal.'),
  scalar('comparison', '<=>', 2, 2, {
    usage: 'a <=> b',
    doc: 'Whether both are equal, where null equals null. Never null.',
    examples: [{ call: 'NULL <=> NULL', result: 'true' }],
    resolve: (args) => {
      const type = commonOf('<=>', args)
      return { parameterTypes: [type, type], type: booleanType, nullable: false }
    },
  }),
  scalar('comparison', 'in', 2, 10_000, {
    usage: 'a IN (b, c, …)',
    doc: 'Whether the first equals one of the others. Null where it equals none and a null is among them.',
    resolve: (args) => {
      const type = commonOf('in', args)
      return { parameterTypes: args.map(() => type), type: booleanType, nullable: anyNull(args) }
    },
  }),
  tests('isnull', 'isnull(a)', 'Whether the value is null.'),
  tests('isnotnull', 'isnotnull(a)', 'Whether the value is not null.'),
  tests('isnan', 'isnan(x)', 'Whether the double is NaN; false for null.'),
  logic(
    'and',
    'Both are true. False where one is false, else null where one is null; the second is not evaluated where the first is false.',
  ),
  logic('or', 'One is true. True where one is true, else null where one is null; the second is not evaluated where the first is true.'),
  scalar('logic', 'not', 1, 1, { usage: 'NOT a', doc: 'The opposite.', takes: [booleanType], gives: booleanType }),
]
