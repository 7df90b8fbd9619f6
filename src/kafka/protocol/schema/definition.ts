/**
 * The vocabulary in which messages are defined: one definition says for all versions what stands on the wire, and is the source of the TypeScript types and of
 * both directions of the codec (codec.ts). `messages/` has the definitions.
 *
 * - Fields stand in the order of the wire. `'3+'`, `'0-12'` and `'4'` are ranges of versions.
 * - `nullable`: the versions in which null is allowed. `tag`: the field travels among the tagged fields, where it is absent if it has its default.
 * - A field with a `default` or a tag may be left out when a message is written; any other must be given.
 * - A message that is read has all fields. Those that its version lacks have their default.
 * - A field that the version lacks cannot be written with another value than its default, unless it is `ignorable`.
 */
import { UUID_ZERO } from '../wire/uuid.ts'

export { UUID_ZERO }
/** The default of fields of bytes. */
export const BYTES_NONE: Uint8Array = new Uint8Array(0)

export type ScalarKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'int64Near'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'
export type Kind = ScalarKind | 'struct'

/** A field, and what TypeScript sees when it is read and when it is written. The last three are types only, and never there at run time. */
export interface Field<Read = unknown, Write = unknown, Optional extends boolean = boolean> {
  readonly kind: Kind
  readonly array: boolean
  readonly versions: string
  readonly nullable?: string
  readonly tag?: number
  readonly default?: unknown
  readonly ignorable?: boolean
  /** Of structs. */
  readonly fields?: Fields
  readonly read: Read
  readonly write: Write
  readonly optional: Optional
}
export type Fields = Readonly<Record<string, Field>>

export interface FieldOptions<T> {
  readonly nullable?: string
  readonly tag?: number
  readonly default?: T | null
  readonly ignorable?: true
}

type Simple<T> = { [K in keyof T]: T[K] }
type MayBeNull<T, O> = O extends { readonly nullable: string } ? T | null : T
type MayBeLeftOut<O> = O extends { readonly default: unknown } | { readonly tag: number } ? true : false
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F]
/** What is read. */
export type ReadOf<F extends Fields> = { readonly [K in keyof F]: F[K]['read'] }
/** What may be written. */
export type WriteOf<F extends Fields> = Simple<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: F[K]['write'] } & {
    readonly [K in OptionalKeys<F>]?: F[K]['write'] | undefined
  }
>

type Made<Read, Write, O> = Field<MayBeNull<Read, O>, MayBeNull<Write, O>, MayBeLeftOut<O>>

function field<Read, Write, O>(
  kind: Kind,
  array: boolean,
  versions: string,
  options: O | undefined,
  fields?: Fields,
): Made<Read, Write, O> {
  return { kind, array, versions, ...options, ...(fields === undefined ? {} : { fields }) } as unknown as Made<Read, Write, O>
}
const scalar =
  <Read, Write = Read>(kind: ScalarKind) =>
  <const O extends FieldOptions<Write> = {}>(versions: string, options?: O): Made<Read, Write, O> =>
    field(kind, false, versions, options)
const array =
  <T>(kind: ScalarKind) =>
  <const O extends FieldOptions<readonly T[]> = {}>(versions: string, options?: O): Made<readonly T[], readonly T[], O> =>
    field(kind, true, versions, options)

export const bool = scalar<boolean>('bool')
export const int8 = scalar<number>('int8')
export const int16 = scalar<number>('int16')
export const uint16 = scalar<number>('uint16')
export const int32 = scalar<number>('int32')
export const uint32 = scalar<number>('uint32')
/** A number: what is beyond ±(2^53 − 1) is refused in both directions. */
export const int64 = scalar<number>('int64')
/** The same, but what is beyond is read as the nearest number: for the ends of time and of the log. */
export const int64Near = scalar<number>('int64Near')
export const float64 = scalar<number>('float64')
/** 22 characters, as Kafka prints them. */
export const uuid = scalar<string>('uuid')
export const string = scalar<string>('string')
/** Read as a part of the message's own memory. */
export const bytes = scalar<Uint8Array>('bytes')
/** Record batches, as they are: not copied in either direction. What is written may come in pieces that follow each other. */
export const records = scalar<Uint8Array, Uint8Array | readonly Uint8Array[]>('records')
export const int32s = array<number>('int32')
export const int64s = array<number>('int64')
export const strings = array<string>('string')

/** Its default, if it is not null, is the struct of the defaults of its fields. */
export const struct = <const F extends Fields, const O extends FieldOptions<never> = {}>(
  versions: string,
  fields: F,
  options?: O,
): Made<ReadOf<F>, WriteOf<F>, O> => field('struct', false, versions, options, fields)
export const structs = <const F extends Fields, const O extends FieldOptions<readonly never[]> = {}>(
  versions: string,
  fields: F,
  options?: O,
): Made<readonly ReadOf<F>[], readonly WriteOf<F>[], O> => field('struct', true, versions, options, fields)

/** A message: a request, a response, a header, or what clients put into bytes for each other. */
export interface Message<F extends Fields = Fields> {
  readonly name: string
  /** The versions that are defined. */
  readonly versions: string
  /** The versions with compact lengths and tagged fields; 'none' if there are none. */
  readonly flexible: string
  readonly fields: F
}
export const message = <const F extends Fields>(name: string, versions: string, flexible: string, fields: F): Message<F> => ({
  name,
  versions,
  flexible,
  fields,
})

/** A request and the response to it. */
export interface Api<Q extends Fields = Fields, A extends Fields = Fields> {
  readonly name: string
  readonly key: number
  readonly versions: string
  readonly flexible: string
  readonly request: Message<Q>
  readonly response: Message<A>
}
export const api = <const Q extends Fields, const A extends Fields>(
  name: string,
  key: number,
  versions: string,
  flexible: string,
  request: Q,
  response: A,
): Api<Q, A> => ({
  name,
  key,
  versions,
  flexible,
  request: message(`${name}Request`, versions, flexible, request),
  response: message(`${name}Response`, versions, flexible, response),
})

/** A message as it is read. */
export type Read<M> = M extends Message<infer F> ? ReadOf<F> : never
/** A message as it may be written. */
export type Write<M> = M extends Message<infer F> ? WriteOf<F> : never
export type Request<A extends Api> = Read<A['request']>
export type RequestInit<A extends Api> = Write<A['request']>
export type Response<A extends Api> = Read<A['response']>
export type ResponseInit<A extends Api> = Write<A['response']>
