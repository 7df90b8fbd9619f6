/** The rows that select, groupBy and agg make from their arguments. */
import type { AnyColumn, Column, Columns, Kind, TermOf } from './columns.ts'
import type { IsAny, LastPart, Lookup, Settled, Simplify } from './rows.ts'
import type { Op, Resolve } from './terms.ts'

/** A callback that makes columns. An interface, so that messages print its name and not a list of the row's columns. */
export type MakeColumns<S, K extends Kind> = (row: Columns<S>) => { readonly [name: string]: Column<unknown, unknown, K> }
export type MakeColumn<S> = (row: Columns<S>) => Column<unknown, unknown, 'row'>
export type MakeCondition<S> = (row: Columns<S>) => Column<unknown, boolean | null, 'row'>
/** A column that has a name and fits the row. */
export type ColumnFor<S, K extends Kind> = Column<S, unknown, K, string>
/** What a condition by name yields. */
export type Truth = boolean | null | Op<'boolean' | 'test', any>

type NameOf<A> = A extends '*'
  ? never
  : A extends string
    ? LastPart<A>
    : A extends Column<never, unknown, Kind, infer N>
      ? N extends string
        ? N
        : never
      : never
type TypeOf<S, A> = A extends string ? Lookup<S, A> : Resolve<S, TermOf<A>>
type RowOfShape<P, S> = { [N in keyof P]: Resolve<S, TermOf<P[N]>> }
type FromCallbacks<A> = A extends (row: any) => infer P ? (P extends AnyColumn ? never : P) : never
type UnionToIntersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never
/** All arguments are handled as one union with a key remap: no recursion over the tuple, so the number of arguments costs nothing extra. */
type Picked<S, A> = { [E in A as NameOf<E>]: TypeOf<S, E> }
export type SelectRow<S, Row, A> =
  IsAny<A> extends true
    ? any
    : Settled<
        Simplify<
          Picked<S, A> &
            ('*' extends A ? Row : unknown) &
            ([FromCallbacks<A>] extends [never] ? unknown : RowOfShape<UnionToIntersection<FromCallbacks<A>>, S>)
        >
      >
/** What an expression or a callback of one column yields. */
export type ExprTerm<E> = E extends (row: any) => infer C ? TermOf<C> : TermOf<E>
