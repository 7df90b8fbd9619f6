/** Structs and hashes. */
import { field, intType, nullType, structType } from '../../data/data-type.ts'
import type { FunctionSignature } from './signature.ts'
import { mismatch, scalar } from './type-rules.ts'

export const structFunctions: readonly FunctionSignature[] = [
  scalar('struct', 'get_field', 2, 2, {
    usage: 'struct.field',
    doc: 'A field of a struct, by position (a constant that the analyzer sets); null where the struct is.',
    resolve: (args) => {
      const [struct, position] = args
      const type = struct?.type
      const one = type?.kind === 'struct' && typeof position?.constant === 'number' ? type.fields[position.constant] : undefined
      if (type === undefined || one === undefined) throw mismatch('get_field', args, 0, 'a struct with that field')
      return { parameterTypes: [type, intType], type: one.type, nullable: one.nullable || struct?.nullable === true }
    },
  }),
  scalar('struct', 'named_struct', 2, 512, {
    usage: "named_struct('a', x, 'b', y, …)",
    doc: 'A struct of the values; the names are constants.',
    examples: [{ call: "named_struct('a', 1)", result: '{1}' }],
    resolve: (args) => {
      const fields = args.flatMap((argument, index) => {
        if (index % 2 === 1) return []
        const value = args[index + 1]
        if (typeof argument.constant !== 'string' || value === undefined)
          throw mismatch('named_struct', args, index, 'a constant name before each value')
        return [field(argument.constant, value.type, value.nullable)]
      })
      return { parameterTypes: args.map((argument) => argument.type), type: structType(fields), nullable: false }
    },
  }),
  scalar('hash', 'hash', 1, 256, {
    usage: 'hash(a, b, …)',
    doc: "Spark's Murmur3 hash of the values, an int; nulls are skipped.",
    examples: [{ call: 'hash(1)', result: '-559580957' }],
    resolve: (args) => ({ parameterTypes: args.map((argument) => argument.type ?? nullType), type: intType, nullable: false }),
  }),
]
