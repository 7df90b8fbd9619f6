/**
 * What users see of a DataFrame: a plan under construction, with the type of its rows. Building does no I/O; what is wrong with names and types throws from
 * the method that was called. The class behind it is frame.ts.
 */
import type { StructType } from '../data/data-type.ts'
import type { Fields, RowInput, RowOfFields } from '../data/type-builder.ts'
import type { Vector } from '../data/vector.ts'
import type { Relation } from '../plan/nodes/relation.ts'
import type { FixedInterval } from './interval.ts'
import type { DataStreamWriter } from './stream-writer.ts'
import type { Column } from './types/columns.ts'
import type { Minus, NameIn, Nullable, Plus, Renamed, Scope, Settled, Simplify, TimeName, Untyped } from './types/rows.ts'
import type { ColumnFor, ExprTerm, MakeColumn, MakeColumns, MakeCondition, SelectRow, Truth } from './types/select.ts'
import type { Resolve } from './types/terms.ts'

declare const rowType: unique symbol
/** All that other frames' methods need to know of a frame. Inference goes through this one property, and never compares DataFrame's methods. */
export interface Rows<out Row> {
  readonly [rowType]: Row
}

export interface StreamOptions {
  /** Ends the stream when it is aborted. */
  readonly signal?: AbortSignal
  /** Rows that may wait unread before the query waits too. Default 1024. */
  readonly highWaterMark?: number
}
/** Rows as they come. Leaving a loop over it, `return()` and `await using` stop the query. */
export type RowStream<Row> = AsyncIterableIterator<Row> & AsyncDisposable
/** The columns of a static DataFrame, all batches joined. */
export interface ColumnData {
  readonly length: number
  readonly [name: string]: Vector | number
}

/**
 * A table without end (or, in foreachBatch, with one), described by a plan. `Meta` are hidden columns of the source: they can be named, but are not in the row.
 *
 * @example
 * ```ts
 * import { t } from 'millrace'
 * import { MemoryStream, testSession } from 'millrace/testing'
 *
 * const orders = new MemoryStream({ user: t.string, price: t.double })
 * const { session } = testSession()
 * const perUser = session.readStream.source(orders).filter((r) => r.price.gt(0)).groupBy('user').count()
 * perUser.printSchema()
 * ```
 */
export interface DataFrame<
  /** @ts-expect-error covariance is asserted, not proven: conditional types over markers cannot be compared. Makes `f(df: DataFrame<{ user: string }>)` work, and cheap */
  out Row = Untyped,
  /** @ts-expect-error as above */
  out Meta = {},
> extends Rows<Row> {
  /** Columns by name, columns with a name, or a callback that returns an object of columns. `'*'` stands for all. */
  select<
    const A extends readonly ('*' | NameIn<Scope<Row, Meta>> | ColumnFor<Scope<Row, Meta>, 'row'> | MakeColumns<Scope<Row, Meta>, 'row'>)[],
  >(...columns: A): DataFrame<SelectRow<Scope<Row, Meta>, Row, A[number]>>
  /** The rows for which the condition is true. */
  filter(condition: Column<Scope<Row, Meta>, Truth, 'row'> | MakeCondition<Scope<Row, Meta>>): DataFrame<Row, Meta>
  /** The same as filter. */
  where(condition: Column<Scope<Row, Meta>, Truth, 'row'> | MakeCondition<Scope<Row, Meta>>): DataFrame<Row, Meta>
  /** Adds a column, or replaces the one of this name. */
  withColumn<const N extends string, E extends Column<Scope<Row, Meta>, unknown, 'row'> | MakeColumn<Scope<Row, Meta>>>(
    name: N,
    value: E,
  ): DataFrame<Plus<Row, N, Resolve<Scope<Row, Meta>, ExprTerm<E>>>>
  /** Adds or replaces several columns; all see the columns of before. */
  withColumns<const M extends MakeColumns<Scope<Row, Meta>, 'row'>>(
    columns: M,
  ): DataFrame<Settled<Simplify<Omit<Row, keyof ReturnType<M>> & SelectRow<Scope<Row, Meta>, {}, M>>>>
  withColumnRenamed<const F extends keyof Row & string, const T extends string>(from: F, to: T): DataFrame<Renamed<Row, F, T>>
  drop<const N extends keyof Row & string>(...names: N[]): DataFrame<Minus<Row, N>>
  /** Declares event time: rows may come `delay` late before their windows close. */
  withWatermark(eventTime: TimeName<Scope<Row, Meta>>, delay: FixedInterval): DataFrame<Row, Meta>
  /** Groups by columns, windows among them. Without any there is one group, also over no rows: then all but counts may be null. */
  groupBy<
    const A extends readonly (NameIn<Scope<Row, Meta>> | ColumnFor<Scope<Row, Meta>, 'row'> | MakeColumns<Scope<Row, Meta>, 'row'>)[],
  >(
    ...keys: A
  ): GroupedData<A extends readonly [] ? Nullable<Scope<Row, Meta>> : Scope<Row, Meta>, SelectRow<Scope<Row, Meta>, {}, A[number]>>
  /** Aggregates over all rows. There is always one result row, so all but counts are null until a row came. */
  agg<
    const A extends readonly (ColumnFor<Nullable<Scope<Row, Meta>>, 'aggregate'> | MakeColumns<Nullable<Scope<Row, Meta>>, 'aggregate'>)[],
  >(...aggregates: A): DataFrame<SelectRow<Nullable<Scope<Row, Meta>>, {}, A[number]>>
  /** All rows of both; columns are matched by position. */
  union(other: Rows<Row>): DataFrame<Row>
  /** A function on rows: runs in this process, is opaque to every rule, and is repeated on replay. The schema says what it returns. */
  mapRows<const F extends Fields>(map: (row: Row) => RowInput<RowOfFields<F>>, options: { readonly schema: F }): DataFrame<RowOfFields<F>>
  /** As mapRows, with any number of rows for one. */
  flatMapRows<const F extends Fields>(
    map: (row: Row) => Iterable<RowInput<RowOfFields<F>>>,
    options: { readonly schema: F },
  ): DataFrame<RowOfFields<F>>
  /** As filter, by a function on rows. */
  filterRows(keep: (row: Row) => boolean): DataFrame<Row>

  readonly schema: StructType
  readonly columns: readonly string[]
  /** Whether the rows come from a streaming source. */
  readonly isStreaming: boolean
  /** Writes the schema to the terminal, as Spark does. */
  printSchema(): void
  /** The plan as text, also written to the terminal. */
  explain(mode?: 'simple' | 'extended' | 'codegen'): string
  readonly writeStream: DataStreamWriter<Row>
  /**
   * The result rows as they come, in append mode, or update where that is not allowed. The query starts with the call; leaving the loop, `return()` and
   * `await using` stop it.
   *
   * @throws MillraceError what ended the query
   */
  stream(options?: StreamOptions): RowStream<Row>
  /** The rows of a static DataFrame (of foreachBatch, or of a memory table). Throws UNSUPPORTED_OPERATION on a streaming one. */
  collect(): Promise<Row[]>
  /** The columns of a static DataFrame as typed arrays. */
  columnData(): Promise<ColumnData>
  /** The number of rows of a static DataFrame. */
  count(): Promise<number>
  /** The plan itself. */
  readonly plan: Relation
}

/** Groups, waiting for what is to be computed of each. */
export interface GroupedData<S, Keys> {
  agg<const A extends readonly (ColumnFor<S, 'aggregate'> | MakeColumns<S, 'aggregate'>)[]>(
    ...aggregates: A
  ): DataFrame<Settled<Simplify<Keys & SelectRow<S, {}, A[number]>>>>
  /** The number of rows, as `count`. */
  count(): DataFrame<Settled<Simplify<Keys & { count: number }>>>
  /** The sums of the columns, as `sum(name)`; without names, of all that are numbers. */
  sum<const N extends NumberName<S> = NumberName<S>>(
    ...names: readonly N[]
  ): DataFrame<Settled<Simplify<Keys & { [K in N as `sum(${K})`]: Member<S, K> }>>>
  /** The means of the columns, as `avg(name)`; without names, of all that are numbers. */
  avg<const N extends NumberName<S> = NumberName<S>>(
    ...names: readonly N[]
  ): DataFrame<Settled<Simplify<Keys & { [K in N as `avg(${K})`]: Mean<Member<S, K>> }>>>
  /** The least values of the columns, as `min(name)`; without names, of all that are numbers. */
  min<const N extends keyof S & string = NumberName<S>>(
    ...names: readonly N[]
  ): DataFrame<Settled<Simplify<Keys & { [K in N as `min(${K})`]: Member<S, K> }>>>
  /** The greatest values of the columns, as `max(name)`; without names, of all that are numbers. */
  max<const N extends keyof S & string = NumberName<S>>(
    ...names: readonly N[]
  ): DataFrame<Settled<Simplify<Keys & { [K in N as `max(${K})`]: Member<S, K> }>>>
}
type Member<S, K> = K extends keyof S ? S[K] : never
type Mean<T> = number | (null extends T ? null : never)
type NumberName<S> = { [K in keyof S & string]: [NonNullable<S[K]>] extends [number | bigint] ? K : never }[keyof S & string]
