/**
 * Columns as types. A column is `Column<Req, Term, Kind, Name>`. `Req` is the row that it *requires*, and is contravariant: a frame accepts a column exactly
 * when the frame's row is assignable to `Req`. So a free function need not know the row, and a misspelt or mistyped column is TypeScript's own message
 * ("Property 'timestmap' is missing in type …"), with no conditional type and no error type involved. One runtime class (column.ts) serves them all.
 */
import type { LocalDate } from '../../data/local-date.ts'
import type { Timestamp } from '../../data/timestamp.ts'
import type { FixedInterval } from '../interval.ts'
import type { IsAny, Needs, Nul, Value } from './rows.ts'
import type { Op, Ref } from './terms.ts'

declare const requires: unique symbol
declare const yields: unique symbol
declare const kind: unique symbol
declare const named: unique symbol

/**
 * What a column is made of: rows' columns, aggregates, or (never) only literals and grouping keys. A union, so it mixes by itself: select takes 'row' and
 * never, agg takes 'aggregate' and never, and `sum(r.a).div(r.b)` fits neither, as in Spark.
 */
export type Kind = 'row' | 'aggregate'
/** The name of a column that has none; shown when one is used where a name is needed. */
export interface NeedsAlias {
  readonly hint: "give this column a name: .alias('…')"
}
export interface Column<in Req, out Term, out K extends Kind, out Name = unknown> {
  readonly [requires]: (row: Req) => void
  readonly [yields]: Term
  readonly [kind]: K
  readonly [named]: Name
}
export type AnyColumn = Column<never, unknown, Kind>
export interface Named<out N extends string, in Req, out T, out K extends Kind> extends Column<Req, T, K, N> {}

export type TermOf<C> = C extends Column<never, infer T, Kind> ? T : C
export type KindOf<C> = C extends Column<never, unknown, infer K> ? K : C extends string ? 'row' : never
export type Numeric = number | bigint | null
export interface CastTypes {
  boolean: boolean
  int: number
  long: number
  bigint: bigint
  double: number
  string: string
  binary: Uint8Array
  timestamp: Timestamp
  date: LocalDate
}
/** A literal union compares and adds as its family, and a Timestamp as any Date. */
export type Wide<T> = [NonNullable<T>] extends [number]
  ? number
  : [NonNullable<T>] extends [string]
    ? string
    : [NonNullable<T>] extends [bigint]
      ? bigint
      : [NonNullable<T>] extends [boolean]
        ? boolean
        : [NonNullable<T>] extends [Date]
          ? Date
          : NonNullable<T>

/** The column of a value type, with the methods that fit: the editor offers only these, and `r.user.mul(2)` is "Property 'mul' does not exist". */
export type ColumnOf<T, K extends Kind = 'row'> =
  IsAny<T> extends true
    ? any
    : [NonNullable<T>] extends [number | bigint]
      ? NumberColumn<T, K>
      : [NonNullable<T>] extends [string]
        ? StringColumn<T, K>
        : [NonNullable<T>] extends [boolean]
          ? BooleanColumn<T, K>
          : [NonNullable<T>] extends [Date]
            ? TimestampColumn<T, K>
            : [NonNullable<T>] extends [LocalDate]
              ? OrderedColumn<T, K>
              : [NonNullable<T>] extends [Uint8Array]
                ? OrderedColumn<T, K>
                : StructColumn<T, K>
/** The columns that a callback gets. */
export type Columns<S, K extends Kind = 'row'> = IsAny<S> extends true ? any : { readonly [N in keyof S]: ColumnOf<S[N], K> }

/*
 * Operands are inferred as `V | Column<_, V, L>` rather than as one constrained parameter: when the operand is wrong, V falls back to a legal type, and the
 * mistake is reported once, at the operand, not again at the enclosing call.
 */
type Test<T, V, K extends Kind, L extends Kind> = BooleanColumn<boolean | Nul<T> | Nul<V>, K | L>
type Sum<T, V, K extends Kind, L extends Kind> = NumberColumn<Wide<T> | Nul<T> | Nul<V>, K | L>

export interface ValueColumn<T, K extends Kind> extends Column<unknown, T, K, NeedsAlias> {
  alias<const N extends string>(name: N): Named<N, unknown, T, K>
  eq<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  neq<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  /** Equal, where null equals null: never null itself. */
  eqNullSafe<L extends Kind = never>(other: Wide<T> | null | Column<unknown, Wide<T> | null, L>): BooleanColumn<boolean, K | NoInfer<L>>
  isIn(values: readonly Wide<T>[]): BooleanColumn<boolean | Nul<T>, K>
  isNull(): BooleanColumn<boolean, K>
  isNotNull(): BooleanColumn<boolean, K>
  /** Raises CAST_INVALID_INPUT or CAST_OVERFLOW where a value does not fit. */
  cast<const D extends keyof CastTypes>(to: D): ColumnOf<CastTypes[D] | Nul<T>, K>
  /** Null where a value does not fit. */
  tryCast<const D extends keyof CastTypes>(to: D): ColumnOf<CastTypes[D] | null, K>
}
export interface OrderedColumn<T, K extends Kind> extends ValueColumn<T, K> {
  gt<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  ge<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  lt<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  le<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  /** Both ends inclusive. */
  between(from: Wide<T>, to: Wide<T>): BooleanColumn<boolean | Nul<T>, K>
}
export interface NumberColumn<T, K extends Kind> extends OrderedColumn<T, K> {
  add<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Sum<T, NoInfer<V>, K, NoInfer<L>>
  sub<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Sum<T, NoInfer<V>, K, NoInfer<L>>
  mul<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Sum<T, NoInfer<V>, K, NoInfer<L>>
  /** The quotient is a double. */
  div<V extends Wide<T> | null = never, L extends Kind = never>(
    other: Wide<T> | Column<unknown, V, L>,
  ): NumberColumn<number | Nul<T> | Nul<NoInfer<V>>, K | NoInfer<L>>
  mod<V extends Wide<T> | null = never, L extends Kind = never>(other: Wide<T> | Column<unknown, V, L>): Sum<T, NoInfer<V>, K, NoInfer<L>>
  negate(): NumberColumn<T, K>
}
export interface StringColumn<T, K extends Kind> extends OrderedColumn<T, K> {
  startsWith(prefix: string): BooleanColumn<boolean | Nul<T>, K>
  endsWith(suffix: string): BooleanColumn<boolean | Nul<T>, K>
  contains(part: string): BooleanColumn<boolean | Nul<T>, K>
  /** `%` stands for any text, `_` for one character. */
  like(pattern: string): BooleanColumn<boolean | Nul<T>, K>
  /** Whether a part of the text matches the regular expression. */
  rlike(pattern: string): BooleanColumn<boolean | Nul<T>, K>
  /** Positions begin at 1. */
  substr(position: number, length?: number): StringColumn<string | Nul<T>, K>
  upper(): StringColumn<string | Nul<T>, K>
  lower(): StringColumn<string | Nul<T>, K>
  trim(): StringColumn<string | Nul<T>, K>
  length(): NumberColumn<number | Nul<T>, K>
}
export interface BooleanColumn<T, K extends Kind> extends OrderedColumn<T, K> {
  and<V extends boolean | null = never, L extends Kind = never>(other: boolean | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  or<V extends boolean | null = never, L extends Kind = never>(other: boolean | Column<unknown, V, L>): Test<T, NoInfer<V>, K, NoInfer<L>>
  not(): BooleanColumn<T, K>
}
export interface TimestampColumn<T, K extends Kind> extends OrderedColumn<T, K> {
  plus(by: FixedInterval): TimestampColumn<T, K>
  minus(by: FixedInterval): TimestampColumn<T, K>
}
export interface StructColumn<T, K extends Kind> extends ValueColumn<T, K> {
  /** A method and not a property per field: a field may be called `alias`, and methods may be added later. */
  field<const N extends keyof NonNullable<T> & string>(name: N): ColumnOf<NonNullable<T>[N] | Nul<T>, K>
}

// ── columns by name
/** The row that an operand by name requires. */
export type Need<T, V> = T extends Ref<infer N> ? Needs<N, V> : unknown
export type ReqOf<O, V> = O extends Column<infer R, infer T, Kind> ? R & Need<T, V> : unknown
type With<Req, T, O, V> = Req & Need<T, V> & ReqOf<O, V>
type FreeTest<Req, T, K extends Kind, O, V> = FreeColumn<With<Req, T, O, V>, Op<'boolean', [T, TermOf<O>]>, K | KindOf<O>>
type FreeSum<Req, T, K extends Kind, O> = FreeColumn<With<Req, T, O, Numeric>, Op<'arith', [T, TermOf<O>]>, K | KindOf<O>>
type Text = string | null
type NumberOperand = number | bigint | AnyColumn

/** A column made without a row, by name. Its operand types are checked where it is used, through Req. In methods a string is a text, not a name. */
export interface FreeColumn<in Req, out T, out K extends Kind, out Name = NeedsAlias> extends Column<Req, T, K, Name> {
  readonly free: true
  alias<const N extends string>(name: N): Named<N, Req, T, K>
  eq<O extends Value | AnyColumn>(other: O): FreeTest<Req, T, K, O extends string ? unknown : O, Value>
  neq<O extends Value | AnyColumn>(other: O): FreeTest<Req, T, K, O extends string ? unknown : O, Value>
  eqNullSafe<O extends Value | AnyColumn>(other: O): FreeColumn<Req & ReqOf<O, Value>, boolean, K>
  isIn(values: readonly Value[]): FreeColumn<Req, Op<'boolean', [T]>, K>
  isNull(): FreeColumn<Req, boolean, K>
  isNotNull(): FreeColumn<Req, boolean, K>
  cast<const D extends keyof CastTypes>(to: D): FreeColumn<Req, Op<'cast', [T, CastTypes[D]]>, K, Name>
  tryCast<const D extends keyof CastTypes>(to: D): FreeColumn<Req, Op<'maybe', [CastTypes[D]]>, K, Name>
  gt<O extends Value | AnyColumn>(other: O): FreeTest<Req, T, K, O extends string ? unknown : O, Value>
  ge<O extends Value | AnyColumn>(other: O): FreeTest<Req, T, K, O extends string ? unknown : O, Value>
  lt<O extends Value | AnyColumn>(other: O): FreeTest<Req, T, K, O extends string ? unknown : O, Value>
  le<O extends Value | AnyColumn>(other: O): FreeTest<Req, T, K, O extends string ? unknown : O, Value>
  between(from: Value, to: Value): FreeColumn<Req, Op<'boolean', [T]>, K>
  add<O extends NumberOperand>(other: O): FreeSum<Req, T, K, O>
  sub<O extends NumberOperand>(other: O): FreeSum<Req, T, K, O>
  mul<O extends NumberOperand>(other: O): FreeSum<Req, T, K, O>
  div<O extends NumberOperand>(other: O): FreeColumn<With<Req, T, O, Numeric>, Op<'number', [T, TermOf<O>]>, K | KindOf<O>>
  mod<O extends NumberOperand>(other: O): FreeSum<Req, T, K, O>
  negate(): FreeColumn<Req & Need<T, Numeric>, T, K>
  and<O extends boolean | AnyColumn>(other: O): FreeColumn<With<Req, T, O, boolean | null>, Op<'boolean', [T, TermOf<O>]>, K | KindOf<O>>
  or<O extends boolean | AnyColumn>(other: O): FreeColumn<With<Req, T, O, boolean | null>, Op<'boolean', [T, TermOf<O>]>, K | KindOf<O>>
  not(): FreeColumn<Req & Need<T, boolean | null>, Op<'boolean', [T]>, K>
  startsWith(prefix: string): FreeColumn<Req & Need<T, Text>, Op<'boolean', [T]>, K>
  endsWith(suffix: string): FreeColumn<Req & Need<T, Text>, Op<'boolean', [T]>, K>
  contains(part: string): FreeColumn<Req & Need<T, Text>, Op<'boolean', [T]>, K>
  like(pattern: string): FreeColumn<Req & Need<T, Text>, Op<'boolean', [T]>, K>
  rlike(pattern: string): FreeColumn<Req & Need<T, Text>, Op<'boolean', [T]>, K>
  substr(position: number, length?: number): FreeColumn<Req & Need<T, Text>, Op<'text', [T]>, K>
  upper(): FreeColumn<Req & Need<T, Text>, Op<'text', [T]>, K>
  lower(): FreeColumn<Req & Need<T, Text>, Op<'text', [T]>, K>
  trim(): FreeColumn<Req & Need<T, Text>, Op<'text', [T]>, K>
  length(): FreeColumn<Req & Need<T, Text>, Op<'number', [T]>, K>
  plus(by: FixedInterval): FreeColumn<Req & Need<T, Date | null>, Op<'timestamp', [T]>, K>
  minus(by: FixedInterval): FreeColumn<Req & Need<T, Date | null>, Op<'timestamp', [T]>, K>
}
export type Free = AnyColumn & { readonly free: true }
