/** The types of calls of functions: bound columns in, a bound column out; a name or a column by name in, a column by name out. */
import type { AnyColumn, Column, ColumnOf, Free, FreeColumn, Kind, KindOf, NeedsAlias, Numeric, ReqOf, TermOf } from './columns.ts'
import type { Needs, Value, Window } from './rows.ts'
import type { Op, Ops, Ref } from './terms.ts'

/** What stands for a column of this value type in a call: a name, a bound column, a column by name. Its own type is checked where names are resolved. */
export type Arg<V, K extends Kind = Kind> = string | Column<unknown, V, K> | Free
export type AnyArg<K extends Kind = Kind> = string | Column<never, unknown, K>
export type TextArg = Arg<string | null>
export type NumberArg = Arg<Numeric>
export type TimeArg = Arg<Date | null>
/** In calls of several arguments that are all alike, values may stand for themselves; a string names a column, as in Spark. */
export type Operand = AnyColumn | Exclude<Value, { readonly [name: string]: unknown }> | Date | Uint8Array

type ArgTerm<A> = A extends string ? Ref<A> : TermOf<A>
type ArgReq<A, V> = A extends string ? Needs<A, V> : ReqOf<A, V>
type UnionToIntersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never
/** All requirements together. Wrapped, so that `unknown` in a union does not swallow the others. */
type Reqs<A extends readonly unknown[], V> =
  UnionToIntersection<{ [I in keyof A]: { r: ArgReq<A[I], V> } }[number]> extends { r: infer R } ? R : unknown
type Label<F extends string, A> = A extends string ? `${F}(${A})` : A extends Column<never, Ref<infer N>, Kind> ? `${F}(${N})` : NeedsAlias
type HasFree<A extends readonly unknown[]> = Extract<A[number], string | { readonly free: true }> extends never ? false : true
/** A name known only at run time gives `any`, and so an untyped row; it is also what A becomes when an argument is wrong, so a mistake is reported once. */
type IsLoose<A extends readonly unknown[]> = string extends A[number] ? true : false

/** A call of a scalar function of the family F whose arguments have the type V. */
export type Scalar<F extends keyof Ops<any>, A extends readonly unknown[], V> =
  IsLoose<A> extends true
    ? any
    : HasFree<A> extends true
      ? FreeColumn<Reqs<A, V>, Op<F, { [I in keyof A]: ArgTerm<A[I]> }>, KindOf<A[number]>>
      : ColumnOf<Ops<{ [I in keyof A]: TermOf<A[I]> }>[F], KindOf<A[number]>>

/** A call of an aggregate of one argument, named by Spark's rule (`sum(price)`). */
export type Aggregated<F extends keyof Ops<any>, L extends string, A, V> = string extends A
  ? any
  : A extends string | { readonly free: true }
    ? FreeColumn<ArgReq<A, V>, Op<F, [ArgTerm<A>]>, 'aggregate', Label<L, A>>
    : ColumnOf<Ops<[TermOf<A>]>[F], 'aggregate'>
export type Counted<L extends string, A, V> = A extends string | { readonly free: true }
  ? FreeColumn<ArgReq<A, V>, number, 'aggregate', Label<L, A>>
  : ColumnOf<number, 'aggregate'>
/** A call of `window` or `session_window`: a column that has its name already. */
export type Windowed<A, Name extends string, W> = A extends string | { readonly free: true }
  ? FreeColumn<ArgReq<A, Date | Window | null>, W, 'row', Name>
  : ColumnOf<W, 'row'> & { readonly free?: never }
/** A column that `when` began: more branches, then the value for everything else. */
export interface CaseColumn<in Req, out T extends readonly unknown[], out K extends Kind> extends FreeColumn<Req, Op<'either', T>, K> {
  when<C extends AnyColumn, V extends Operand>(
    condition: C,
    value: V,
  ): CaseColumn<Req & ReqOf<C, boolean | null> & ReqOf<V, Value>, [...T, TermOf<V>], K | KindOf<C> | ColumnKind<V>>
  otherwise<V extends Operand>(value: V): FreeColumn<Req & ReqOf<V, Value>, Op<'choice', [...T, TermOf<V>]>, K | ColumnKind<V>>
}
export type ColumnKind<V> = V extends Column<never, unknown, infer K> ? K : never
