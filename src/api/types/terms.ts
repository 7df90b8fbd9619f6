/**
 * Terms: what a column yields. Columns of a callback (`(r) => r.price`) know their value type; columns by name (`col('price')`) know a small symbolic term
 * over names, which is resolved against the row once, where the column is used.
 */
import type { LocalDate } from '../../data/local-date.ts'
import type { Timestamp } from '../../data/timestamp.ts'
import type { IsAny, Lookup, Nul } from './rows.ts'

/** The column of this name. */
export interface Ref<N extends string> {
  readonly ref: N
}
/** A function of terms. */
export interface Op<F extends keyof Ops<any>, A extends readonly unknown[]> {
  readonly op: F
  readonly args: A
}
type AllNull<A> = A extends readonly [infer H, ...infer T] ? (null extends H ? AllNull<T> : never) : null
/** The result type of each family of functions, given its resolved argument types. Only the property asked for is ever evaluated. */
export interface Ops<A extends readonly unknown[]> {
  arith: IsAny<A[number]> extends true ? any : ([NonNullable<A[number]>] extends [bigint] ? bigint : number) | Nul<A[number]>
  test: boolean
  whole: number
  number: number | Nul<A[number]>
  integer: ([NonNullable<A[0]>] extends [bigint] ? bigint : number) | Nul<A[0]>
  boolean: boolean | Nul<A[number]>
  text: string | Nul<A[number]>
  timestamp: Timestamp | Nul<A[number]>
  date: LocalDate | Nul<A[number]>
  same: A[0]
  coalesce: NonNullable<A[number]> | AllNull<A>
  maybe: A[0] | null
  either: A[number] | null
  choice: A[number]
  mean: number | Nul<A[0]>
  cast: A[1] | Nul<A[0]>
}
/** The value type of a term in a row. */
export type Resolve<S, T> =
  IsAny<T> extends true
    ? any
    : [T] extends [Ref<infer N>]
      ? Lookup<S, N>
      : [T] extends [Op<infer F, infer A>]
        ? Ops<{ [I in keyof A]: Resolve<S, A[I]> }>[F]
        : T
