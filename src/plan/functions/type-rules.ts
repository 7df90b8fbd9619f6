/** How types of arguments are checked and widened, by the rules of Spark's ANSI mode, without its implicit casts between texts and other types. */
import { type DataType, field, intType, longType, nullType, sameType, simpleString, structType } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import type { FunctionGroup, FunctionSignature, ResolvedSignature, TypedArgument } from './signature.ts'

export const isNumeric = (type: DataType): boolean => type.kind === 'int' || type.kind === 'long' || type.kind === 'double'
const rank = { int: 1, long: 2, double: 3 } as const

/**
 * The type that holds both, or null where there is none: null < anything, int < long < double, date < timestamp, structs field by field. TypeScript sees a
 * bigint only where both sides are bigints.
 */
export function commonType(a: DataType, b: DataType): DataType | null {
  if (a.kind === 'null') return b
  if (b.kind === 'null') return a
  if (a.kind === 'long' && b.kind === 'long') return a.surface === 'bigint' ? b : a
  if (sameType(a, b)) return a
  if (a.kind !== b.kind && [a.kind, b.kind].every((kind) => kind === 'int' || kind === 'long')) return longType
  if (isNumeric(a) && isNumeric(b)) return rank[a.kind as 'int'] >= rank[b.kind as 'int'] ? a : b
  if (a.kind === 'date' && b.kind === 'timestamp') return b
  if (a.kind === 'timestamp' && b.kind === 'date') return a
  if (a.kind !== 'struct' || b.kind !== 'struct' || a.fields.length !== b.fields.length) return null
  const fields = a.fields.map((one, index) => {
    const other = b.fields[index]
    const type = other === undefined || other.name !== one.name ? null : commonType(one.type, other.type)
    return type === null ? null : field(one.name, type, one.nullable || other?.nullable === true)
  })
  return fields.some((one) => one === null) ? null : structType(fields.filter((one) => one !== null))
}

/** DATATYPE_MISMATCH: which argument of which function, what it is, what it would have to be. */
export function mismatch(name: string, args: readonly TypedArgument[], index: number, wanted: string): MillraceError {
  const types = args.map((argument) => simpleString(argument.type))
  const kind = types[index] ?? 'nothing'
  const text = args[index]?.type.kind === 'string' || args.some((argument) => argument.type.kind === 'string')
  return new MillraceError(
    'DATATYPE_MISMATCH',
    `Argument ${index + 1} of '${name}' is ${kind}, and it takes ${wanted} (the arguments are: ${types.join(', ')}).`,
    {
      ...(text ? { hint: 'Texts and other types are never cast into each other silently: write .cast(…).' } : {}),
      details: { function: name, argument: index + 1, types },
    },
  )
}

/** What an argument may be: a kind, a class of kinds, or anything. */
export type Wanted = DataType['kind'] | 'numeric' | 'any' | 'ordered' | 'instant'
const described: Readonly<Record<string, string>> = {
  numeric: 'a number',
  ordered: 'a type that has an order',
  instant: 'a timestamp or a date',
  any: 'anything',
}

/** Whether the type may stand there; an int may stand for a long or a double, a date for a timestamp and the other way, a bare null for all. */
export function fits(type: DataType, wanted: Wanted): boolean {
  if (wanted === 'any' || type.kind === 'null' || type.kind === wanted) return true
  if (wanted === 'numeric' || wanted === 'double') return isNumeric(type)
  if (wanted === 'long') return type.kind === 'int'
  if (wanted === 'date') return type.kind === 'timestamp'
  if (wanted === 'timestamp') return type.kind === 'date'
  if (wanted === 'instant') return type.kind === 'timestamp' || type.kind === 'date'
  return wanted === 'ordered'
}

export function need(name: string, args: readonly TypedArgument[], index: number, wanted: Wanted): void {
  const argument = args[index]
  if (argument !== undefined && !fits(argument.type, wanted))
    throw mismatch(name, args, index, described[wanted] ?? `${wanted === 'long' ? 'bigint' : wanted}`)
}

/** The common type of all arguments from `from` on. Throws DATATYPE_MISMATCH. */
export function commonOf(name: string, args: readonly TypedArgument[], from = 0): DataType {
  let common: DataType = nullType
  for (let index = from; index < args.length; index++) {
    const next = commonType(common, args[index]?.type ?? nullType)
    if (next === null) throw mismatch(name, args, index, `the type of the arguments before it, ${simpleString(common)}`)
    common = next
  }
  return common
}

export const anyNull = (args: readonly TypedArgument[]): boolean => args.some((argument) => argument.nullable)
/** The argument's own type, or `type` where it is a bare null. */
export const typeOr = (argument: TypedArgument | undefined, type: DataType): DataType =>
  argument === undefined || argument.type.kind === 'null' ? type : argument.type
/** int, long or double: what a numeric operation on these arguments works in. */
export function numericType(name: string, args: readonly TypedArgument[]): DataType {
  for (let index = 0; index < args.length; index++) need(name, args, index, 'numeric')
  const common = commonOf(name, args)
  return common.kind === 'null' ? intType : common
}

/** A long for whole numbers: with the surface that the argument has. */
export const longFor = (type: DataType): DataType => (type.kind === 'long' ? type : longType)

export interface ScalarParts extends Partial<Omit<FunctionSignature, 'kind' | 'group' | 'name'>> {
  readonly usage: string
  readonly doc: string
  /** Where the arguments have fixed types: what each takes (the last repeats), cast to these kinds' types. */
  readonly takes?: readonly DataType[]
  readonly gives?: DataType
}

/** A scalar function. With `takes` and `gives` it resolves itself: strict, null where an argument is null. */
export function scalar(group: FunctionGroup, name: string, min: number, max: number, parts: ScalarParts): FunctionSignature {
  const { takes, gives, ...rest } = parts
  const resolve =
    parts.resolve ??
    ((args: readonly TypedArgument[]): ResolvedSignature => {
      const types = args.map((_, index) => takes?.[Math.min(index, takes.length - 1)] ?? nullType)
      for (const [index, type] of types.entries()) need(name, args, index, type.kind)
      return { parameterTypes: types, type: gives ?? nullType, nullable: anyNull(args) }
    })
  return { ...rest, name, kind: 'scalar', group, minArgs: min, maxArgs: max, resolve }
}
