/** Casts between all types, by Spark's ANSI rules. The target is the type of the call, so the analyzer builds these calls itself. */
import { type DataType, stringType } from '../../data/data-type.ts'
import type { FunctionSignature } from './signature.ts'
import { scalar } from './type-rules.ts'

const castableTo: Readonly<Record<string, readonly DataType['kind'][]>> = {
  boolean: ['boolean', 'int', 'long', 'double', 'string'],
  int: ['boolean', 'int', 'long', 'double', 'string', 'timestamp'],
  long: ['boolean', 'int', 'long', 'double', 'string', 'timestamp'],
  double: ['boolean', 'int', 'long', 'double', 'string', 'timestamp'],
  string: ['boolean', 'int', 'long', 'double', 'string', 'binary', 'timestamp', 'date'],
  binary: ['binary', 'string'],
  timestamp: ['timestamp', 'string', 'date', 'long', 'int', 'double'],
  date: ['date', 'string', 'timestamp'],
}

/** Whether Spark's ANSI mode allows the cast at all; single values may still fail. */
export function castable(from: DataType, to: DataType): boolean {
  if (from.kind === 'null') return true
  if (from.kind !== 'struct') return castableTo[from.kind]?.includes(to.kind) === true
  if (to.kind === 'string') return true
  if (to.kind !== 'struct') return false
  return (
    from.fields.length === to.fields.length && from.fields.every((one, index) => castable(one.type, to.fields[index]?.type ?? one.type))
  )
}

const doc = 'The value as another type: CAST_INVALID_INPUT where a text does not fit, CAST_OVERFLOW where a number does not.'
export const castFunctions: readonly FunctionSignature[] = [
  scalar('cast', 'cast', 1, 1, {
    usage: 'CAST(value AS type)',
    doc,
    examples: [{ call: "CAST('42' AS INT)", result: '42' }],
    resolve: (args) => ({ parameterTypes: args.map((argument) => argument.type), type: stringType, nullable: args[0]?.nullable === true }),
  }),
  scalar('cast', 'try_cast', 1, 1, {
    usage: 'TRY_CAST(value AS type)',
    doc: 'As cast, with null where cast raises.',
    examples: [{ call: "TRY_CAST('x' AS INT)", result: 'NULL' }],
    resolve: (args) => ({ parameterTypes: args.map((argument) => argument.type), type: stringType, nullable: true }),
  }),
]
