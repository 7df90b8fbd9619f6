/**
 * Rows as types: what names mean in a row, and what a row becomes. A row is a plain object type; null means SQL NULL; `undefined` and optional keys never
 * appear in one (see RowOf).
 */
import type { LocalDate } from '../../data/local-date.ts'
import type { Timestamp } from '../../data/timestamp.ts'

/** What a column may hold. */
export type Value = null | boolean | number | bigint | string | Date | LocalDate | Uint8Array | { readonly [name: string]: unknown }
/** The value of a `window(…)` column: start inclusive, end exclusive. */
export interface Window {
  start: Timestamp
  end: Timestamp
}

/** The row of a frame whose columns the compiler cannot know: every name is accepted there, and checked when the plan is built. */
export type Untyped = any
export type IsAny<T> = 0 extends 1 & T ? true : false
export type Nul<T> = null extends T ? null : never
export type Simplify<T> = { [K in keyof T]: T[K] } & {}
/**
 * Resolves every property type now. Without it each verb adds a lazy layer, and reading a column after some 30 verbs meets TypeScript's depth limit (TS2589).
 * Every verb's row passes through here.
 */
export type Settled<R> = [R[keyof R]] extends [infer _] ? R : never
/** From any object type (a schema library's output) to a row: optional and undefined become null. */
export type RowOf<T> = IsAny<T> extends true ? any : { [K in keyof T]-?: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] }
export type Nullable<T> = IsAny<T> extends true ? any : { [K in keyof T]: T[K] | null }
/** What names resolve to: the row's columns first, then the source's hidden ones. */
export type Scope<Row, Meta> = IsAny<Row> extends true ? any : keyof Meta extends never ? Row : Simplify<Row & Omit<Meta, keyof Row>>

type Leaf = Date | LocalDate | Uint8Array | string | number | boolean | bigint
type SubName<K extends string, T> = [NonNullable<T>] extends [Leaf] ? never : T extends object ? `${K}.${keyof T & string}` : never
/** `'a'`, and `'a.b'` for a field of a struct: what a string may name, and what the editor completes. */
export type NameIn<S> = IsAny<S> extends true ? string : { [K in keyof S & string]: K | SubName<K, S[K]> }[keyof S & string]
/** The type of a name. */
export type Lookup<S, N extends string> =
  IsAny<S> extends true
    ? any
    : N extends keyof S
      ? S[N]
      : N extends `${infer H}.${infer T}`
        ? H extends keyof S
          ? Lookup<NonNullable<S[H]>, T> | Nul<S[H]>
          : never
        : never
/** The name that a column has in the result: of `a.b` it is `b`. */
export type LastPart<N extends string> = N extends `${string}.${infer T}` ? LastPart<T> : N
/** The row that has a column of this name and type: what a column by name requires. */
export type Needs<N extends string, V = Value> = N extends `${infer H}.${infer T}`
  ? { readonly [K in H]: Needs<T, V> | null }
  : { readonly [K in N]: V }
/** Names of columns that hold event time. */
export type TimeName<S> =
  IsAny<S> extends true ? string : { [K in keyof S & string]: [NonNullable<S[K]>] extends [Date] ? K : never }[keyof S & string]

export type Plus<Row, N extends string, T> =
  IsAny<Row> extends true ? any : Settled<{ [K in keyof Row | N]: K extends N ? T : Row[K & keyof Row] }>
export type Minus<Row, N> = IsAny<Row> extends true ? any : Settled<{ [K in Exclude<keyof Row, N>]: Row[K] }>
export type Renamed<Row, F, T extends string> = IsAny<Row> extends true ? any : Settled<{ [K in keyof Row as K extends F ? T : K]: Row[K] }>
