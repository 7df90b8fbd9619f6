/** Choosing between values. Only the branch that is taken is evaluated, so the errors of the others never happen. */
import { booleanType } from '../../data/data-type.ts'
import type { FunctionSignature, TypedArgument } from './signature.ts'
import { commonOf, mismatch, need, scalar } from './type-rules.ts'

/** The values of a when(…): each second argument, and the last where their number is odd. */
const isValue = (index: number, count: number): boolean => index % 2 === 1 || (count % 2 === 1 && index === count - 1)

function resolveWhen(args: readonly TypedArgument[]) {
  const values = args.filter((_, index) => isValue(index, args.length))
  for (let index = 0; index < args.length; index++) if (!isValue(index, args.length)) need('when', args, index, 'boolean')
  const type = commonOf('when', values)
  const nullable = args.length % 2 === 0 || values.some((value) => value.nullable)
  return { parameterTypes: args.map((_, index) => (isValue(index, args.length) ? type : booleanType)), type, nullable }
}

export const conditionalFunctions: readonly FunctionSignature[] = [
  scalar('conditional', 'when', 2, 257, {
    usage: 'CASE WHEN condition THEN value [WHEN …] [ELSE value] END',
    doc: 'The value of the first condition that is true; the last argument, or null, where none is.',
    resolve: resolveWhen,
  }),
  scalar('conditional', 'if', 3, 3, {
    usage: 'if(condition, then, else)',
    doc: 'The second argument where the condition is true, else the third.',
    examples: [{ call: 'if(true, 1, 2)', result: '1' }],
    resolve: resolveWhen,
  }),
  scalar('conditional', 'coalesce', 1, 256, {
    aliases: ['nvl', 'ifnull'],
    usage: 'coalesce(a, b, …)',
    doc: 'The first argument that is not null.',
    examples: [{ call: 'coalesce(NULL, 2)', result: '2' }],
    resolve: (args) => {
      const type = commonOf('coalesce', args)
      return { parameterTypes: args.map(() => type), type, nullable: args.every((argument) => argument.nullable) }
    },
  }),
  scalar('conditional', 'nullif', 2, 2, {
    usage: 'nullif(a, b)',
    doc: 'Null where both are equal, else the first.',
    examples: [{ call: 'nullif(1, 1)', result: 'NULL' }],
    resolve: (args) => {
      const common = commonOf('nullif', args)
      const type = args[0]?.type ?? common
      if (type.kind === 'null') throw mismatch('nullif', args, 0, 'a typed value')
      return { parameterTypes: [type, common], type, nullable: true }
    },
  }),
]
