/**
 * The types of an operator's state, from what a checkpoint says of its program: the types themselves are not in it, since a running query knows them. So that
 * state can be decoded and checked without the program.
 */
import { type DataType, timestampType } from '../../data/data-type.ts'
import { parseType } from '../../data/ddl-parser.ts'
import { aggregateKernels } from '../compile/kernels/index.ts'
import { sessionStateTypes } from '../operators/session-aggregate.ts'
import type { StateSchema } from '../state/contract.ts'
import type { OperatorDescription } from './plan-description.ts'

/** Null where the texts do not give the types: a later version made them, or a name in them cannot be told from a type. */
export function stateSchemaOf({ id, keys, values, windows }: OperatorDescription): StateSchema | null {
  try {
    const isSession = windows.some((one) => one.startsWith('session '))
    const keyTypes = keys.map(typeBehindName)
    const valueTypes = values.flatMap(stateTypes)
    return {
      operatorId: id,
      keyTypes: isSession ? [...keyTypes, timestampType] : keyTypes,
      valueTypes: isSession ? sessionStateTypes(valueTypes) : valueTypes,
      expiry: null,
    }
  } catch {
    return null
  }
}

/** `user name STRING`: the longest end that is a type. */
function typeBehindName(text: string): DataType {
  for (let space = text.indexOf(' '); space >= 0; space = text.indexOf(' ', space + 1)) {
    const type = typeOf(text.slice(space + 1))
    if (type !== null) return type
  }
  throw new RangeError(`there is no type in '${text}'`)
}

/** `sum(bigint) bigint`: what the function's kernel keeps. */
function stateTypes(text: string): readonly DataType[] {
  const open = text.indexOf('(')
  for (let close = text.indexOf(') ', open); close >= 0; close = text.indexOf(') ', close + 1)) {
    const type = typeOf(text.slice(close + 2))
    const argumentTypes = argumentsOf(text.slice(open + 1, close))
    if (type === null || argumentTypes === null) continue
    const name = text.slice(0, open)
    const kernel = Object.hasOwn(aggregateKernels, name) ? aggregateKernels[name] : undefined
    if (kernel === undefined) break
    const site = {
      argumentTypes,
      type,
      constants: argumentTypes.map(() => undefined),
      context: () => ({ batchTimeMicros: 0n, randomSeed: 0, timeZone: 'UTC' }),
    }
    return kernel.make(site).stateTypes
  }
  throw new RangeError(`there is no aggregate in '${text}'`)
}

function argumentsOf(text: string): readonly DataType[] | null {
  if (text === '') return []
  const types = text.split(', ').map(typeOf)
  return types.every((one) => one !== null) ? types : null
}

function typeOf(text: string): DataType | null {
  try {
    return text === 'void' ? { kind: 'null' } : parseType(text)
  } catch {
    return null
  }
}
