/** Aggregates. Over a group they never see no row at all, so the result is null only where the argument may be. */
import { booleanType, doubleType, longType } from '../../data/data-type.ts'
import type { FunctionSignature, ResolvedSignature, TypedArgument } from './signature.ts'
import { longFor, mismatch, need, numericType, typeOr } from './type-rules.ts'

const aggregate = (
  name: string,
  maxArgs: number,
  usage: string,
  doc: string,
  resolve: (args: readonly TypedArgument[]) => ResolvedSignature,
  aliases: readonly string[] = [],
): FunctionSignature => ({ name, aliases, kind: 'aggregate', group: 'aggregate', usage, doc, minArgs: 1, maxArgs, resolve })

const nullable = (args: readonly TypedArgument[]): boolean => args[0]?.nullable === true

function resolveEdge(name: string, args: readonly TypedArgument[]): ResolvedSignature {
  const type = typeOr(args[0], longType)
  if (args.length === 2 && typeof args[1]?.constant !== 'boolean') throw mismatch(name, args, 1, 'true or false as a constant')
  return { parameterTypes: [type, booleanType].slice(0, args.length), type, nullable: nullable(args) }
}

export const aggregateFunctions: readonly FunctionSignature[] = [
  aggregate('count', 64, 'count(*), count(a, …)', 'The number of rows, or of rows in which no argument is null. Never null.', (args) => ({
    parameterTypes: args.map((argument) => argument.type),
    type: longType,
    nullable: false,
  })),
  aggregate('count_if', 1, 'count_if(condition)', 'The number of rows in which the condition is true.', (args) => {
    need('count_if', args, 0, 'boolean')
    return { parameterTypes: [booleanType], type: longType, nullable: false }
  }),
  aggregate(
    'sum',
    1,
    'sum(x)',
    'The sum of what is not null: a bigint for whole numbers (ARITHMETIC_OVERFLOW where it does not fit), else a double.',
    (args) => {
      const given = numericType('sum', args)
      const type = given.kind === 'double' ? doubleType : longFor(given)
      return { parameterTypes: [type], type, nullable: nullable(args) }
    },
  ),
  aggregate(
    'avg',
    1,
    'avg(x)',
    'The mean of what is not null, a double.',
    (args) => {
      numericType('avg', args)
      return { parameterTypes: [doubleType], type: doubleType, nullable: nullable(args) }
    },
    ['mean'],
  ),
  ...(['min', 'max'] as const).map((name) =>
    aggregate(
      name,
      1,
      `${name}(a)`,
      `The ${name === 'min' ? 'least' : 'greatest'} value that is not null; NaN counts as greatest.`,
      (args) => {
        need(name, args, 0, 'ordered')
        const type = typeOr(args[0], longType)
        return { parameterTypes: [type], type, nullable: nullable(args) }
      },
    ),
  ),
  aggregate(
    'first',
    2,
    'first(a[, ignoreNulls])',
    'The value of the first row, in the order of partition and position; with ignoreNulls the first that is not null.',
    (args) => resolveEdge('first', args),
    ['first_value', 'any_value'],
  ),
  aggregate(
    'last',
    2,
    'last(a[, ignoreNulls])',
    'The value of the last row, in the order of partition and position; with ignoreNulls the last that is not null.',
    (args) => resolveEdge('last', args),
    ['last_value'],
  ),
]
