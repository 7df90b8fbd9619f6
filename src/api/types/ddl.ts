/** Schemas as DDL texts, read by the compiler: `'id LONG NOT NULL, at TIMESTAMP'` → row. Spark's rule: nullable unless NOT NULL. Flat fields take the short way. */
import type { LocalDate } from '../../data/local-date.ts'
import type { Timestamp } from '../../data/timestamp.ts'
import type { Simplify } from './rows.ts'

export type Ddl<S extends string> = string extends S
  ? any
  : Simplify<{
      [P in DdlFields<S> as P extends [infer N extends string, unknown] ? Unquoted<N> : never]: P extends [unknown, infer T] ? T : never
    }>
export interface DdlTypes {
  BOOLEAN: boolean
  INT: number
  INTEGER: number
  LONG: number
  BIGINT: number
  DOUBLE: number
  STRING: string
  BINARY: Uint8Array
  DATE: LocalDate
  TIMESTAMP: Timestamp
}
/** What a type name that does not exist becomes. */
export interface UnknownType<Name> {
  readonly hint: 'not a type name that Millrace has'
  readonly type: Name
}
type Unquoted<N extends string> = N extends `\`${infer M}\`` ? M : N
type Trim<S extends string> = S extends ` ${infer R}` | `\n${infer R}` ? Trim<R> : S extends `${infer R} ` | `${infer R}\n` ? Trim<R> : S
type DdlFields<S extends string, Out = never, Held extends string = ''> = S extends `${infer H},${infer R}`
  ? Balanced<`${Held}${H}`> extends true
    ? DdlFields<R, Out | DdlField<`${Held}${H}`>>
    : DdlFields<R, Out, `${Held}${H},`>
  : Out | DdlField<`${Held}${S}`>
type Balanced<S extends string, D extends unknown[] = []> = S extends `${infer A}>${infer B}`
  ? A extends `${infer X}<${infer Y}`
    ? Balanced<`${X}${Y}>${B}`, [...D, 1]>
    : D extends [unknown, ...infer E]
      ? Balanced<`${A}${B}`, E>
      : false
  : S extends `${string}<${string}`
    ? false
    : D extends []
      ? true
      : false
/** `name TYPE` or `name: TYPE`; the colon counts only in the first word, as a nested STRUCT has its own. */
type DdlField<S extends string> =
  Trim<S> extends `${infer N} ${infer T}`
    ? N extends `${string}:${string}`
      ? Trim<S> extends `${infer M}:${infer U}`
        ? [M, DdlType<Trim<U>>]
        : never
      : [N, DdlType<Trim<T>>]
    : Trim<S> extends `${infer N}:${infer T}`
      ? [N, DdlType<T>]
      : never
type DdlType<S extends string> =
  Uppercase<S> extends keyof DdlTypes
    ? DdlTypes[Uppercase<S> & keyof DdlTypes] | null
    : S extends `${infer T} NOT NULL`
      ? NonNullable<DdlType<Trim<T>>>
      : S extends `${'STRUCT' | 'struct'}<${infer E}>`
        ? Ddl<E> | null
        : UnknownType<S>
/** The text itself where it is right, else the type that says what is wrong. */
export type CheckDdl<S extends string> = string extends S
  ? unknown
  : [Extract<DdlFields<S>, [unknown, UnknownType<any>]>] extends [infer P]
    ? [P] extends [never]
      ? unknown
      : P extends [unknown, infer E]
        ? E
        : never
    : never
