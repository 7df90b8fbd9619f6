/** The class behind DataFrame and GroupedData (data-frame.ts has their types): builds plan nodes, and analyses after each, so that an error comes from the line that made it. */
import { type StructType, structType, treeString } from '../data/data-type.ts'
import { rowsOf } from '../data/surface.ts'
import { concatBatches } from '../data/vector-builder.ts'
import { MillraceError } from '../error.ts'
import { analyze } from '../plan/analysis/analyzer.ts'
import { isStreaming } from '../plan/analysis/streaming.ts'
import { explain } from '../plan/explain.ts'
import {
  AliasNode,
  type Expression,
  LiteralNode,
  UnresolvedAttributeNode,
  UnresolvedFunctionNode,
  UnresolvedStarNode,
} from '../plan/expressions/expression.ts'
import {
  AggregateNode,
  DropNode,
  FilterNode,
  MapRowsNode,
  ProjectNode,
  type Relation,
  type RowFunction,
  SetOperationNode,
  WithColumnsNode,
  WithColumnsRenamedNode,
  WithWatermarkNode,
} from '../plan/nodes/relation.ts'
import { optimize } from '../plan/optimizer.ts'
import { isCallback, madeColumn, madeColumns, rowColumns } from './callbacks.ts'
import { ColumnExpression, columnOf, describe } from './column.ts'
import type { ColumnData, DataFrame, StreamOptions } from './data-frame.ts'
import { type FixedInterval, intervalText } from './interval.ts'
import { rowStream } from './row-stream.ts'
import { structFrom } from './schema.ts'
import type { SessionCore } from './session-core.ts'
import { DataStreamWriter } from './stream-writer.ts'

export class Frame {
  readonly plan: Relation
  readonly session: SessionCore
  readonly schema: StructType

  /** Throws what is wrong with the plan. */
  constructor(session: SessionCore, plan: Relation) {
    this.session = session
    this.plan = plan
    this.schema = structType(analyze(plan, session.catalog).output.map(({ name, type, nullable }) => ({ name, type, nullable })))
  }

  select(...columns: readonly unknown[]): Frame {
    return this.#then(ProjectNode.create({ input: this.plan, expressions: columns.flatMap((one) => this.#expressions('select', one)) }))
  }
  filter(condition: unknown): Frame {
    return this.#then(FilterNode.create({ input: this.plan, condition: this.#one('filter', condition) }))
  }
  where(condition: unknown): Frame {
    return this.filter(condition)
  }
  withColumn(name: string, value: unknown): Frame {
    return this.#then(WithColumnsNode.create({ input: this.plan, columns: [{ name, expression: this.#one('withColumn', value) }] }))
  }
  withColumns(columns: unknown): Frame {
    const made = isCallback(columns) ? columns(rowColumns(this, 'withColumns')) : columns
    return this.#then(WithColumnsNode.create({ input: this.plan, columns: madeColumns('withColumns', made) }))
  }
  withColumnRenamed(from: string, to: string): Frame {
    return this.#then(WithColumnsRenamedNode.create({ input: this.plan, renames: [{ from, to }] }))
  }
  drop(...names: readonly string[]): Frame {
    return this.#then(DropNode.create({ input: this.plan, columns: names }))
  }
  withWatermark(eventTime: string, delay: FixedInterval): Frame {
    return this.#then(WithWatermarkNode.create({ input: this.plan, eventTime, delay: intervalText(delay) }))
  }
  groupBy(...keys: readonly unknown[]): Grouped {
    const groupings = keys.flatMap((one) => this.#expressions('groupBy', one))
    // A wrong key is said here and not where the aggregates are.
    if (groupings.length > 0) analyze(AggregateNode.create({ input: this.plan, groupings, aggregates: [] }), this.session.catalog)
    return new Grouped(this, groupings)
  }
  agg(...aggregates: readonly unknown[]): Frame {
    return this.groupBy().agg(...aggregates)
  }
  union(other: unknown): Frame {
    if (!(other instanceof Frame))
      throw new MillraceError('INVALID_ARGUMENT', `union: a DataFrame was expected, and there is ${describe(other)}.`)
    if (other.session !== this.session)
      throw new MillraceError('INVALID_ARGUMENT', 'union: the two DataFrames are of different sessions.', {
        hint: 'Make both with one session.',
      })
    return this.#then(SetOperationNode.create({ operation: 'union', left: this.plan, right: other.plan }))
  }
  mapRows(map: RowFunction, options: { readonly schema?: unknown } = {}): Frame {
    return this.#rows('map', map, structFrom(options.schema))
  }
  flatMapRows(map: RowFunction, options: { readonly schema?: unknown } = {}): Frame {
    return this.#rows('flatMap', map, structFrom(options.schema))
  }
  filterRows(keep: RowFunction): Frame {
    return this.#rows('filter', keep, null)
  }

  get columns(): readonly string[] {
    return this.schema.fields.map((one) => one.name)
  }
  get isStreaming(): boolean {
    return isStreaming(this.plan)
  }
  printSchema(): void {
    this.session.print(treeString(this.schema))
  }
  explain(mode: 'simple' | 'extended' = 'simple'): string {
    const analyzed = analyze(this.plan, this.session.catalog)
    const text = explain(optimize(analyzed), mode === 'extended' ? { mode, analyzed } : { mode: 'simple' })
    this.session.print(text)
    return text
  }
  get writeStream(): DataStreamWriter<unknown> {
    return new DataStreamWriter(this.session, this.plan)
  }
  stream(options: StreamOptions = {}): AsyncIterableIterator<unknown> {
    return rowStream(this.session, this.plan, options)
  }
  async collect(): Promise<Record<string, unknown>[]> {
    return (await this.session.backend.collect(this.plan, this.session.configuration())).flatMap(rowsOf)
  }
  async columnData(): Promise<ColumnData> {
    const batch = concatBatches(this.schema, await this.session.backend.collect(this.plan, this.session.configuration()))
    return {
      ...Object.fromEntries(this.schema.fields.map((one, index) => [one.name, batch.columns[index]])),
      length: batch.length,
    } as ColumnData
  }
  async count(): Promise<number> {
    const batches = await this.session.backend.collect(this.plan, this.session.configuration())
    return batches.reduce((sum, batch) => sum + batch.length, 0)
  }

  /** What an argument of select or groupBy stands for. */
  #expressions(operation: string, argument: unknown): Expression[] {
    if (argument === '*') return [UnresolvedStarNode.create()]
    if (typeof argument === 'string') return [UnresolvedAttributeNode.create(argument)]
    if (argument instanceof ColumnExpression) return [argument.expression]
    const made = isCallback(argument) ? argument(rowColumns(this, operation)) : argument
    return madeColumns(operation, made).map(({ name, expression }) => AliasNode.create(expression, name))
  }
  #one(operation: string, argument: unknown): Expression {
    return madeColumn(operation, isCallback(argument) ? argument(rowColumns(this, operation)) : argument)
  }
  #rows(mode: 'map' | 'flatMap' | 'filter', run: RowFunction, schema: StructType | null): Frame {
    if (typeof run !== 'function')
      throw new MillraceError('INVALID_ARGUMENT', `${mode}Rows: a function was expected, and there is ${describe(run)}.`)
    return this.#then(MapRowsNode.create({ input: this.plan, mode, function: run, schema }))
  }
  #then(plan: Relation): Frame {
    return new Frame(this.session, plan)
  }

  /** The frame as users see it. */
  typed<Row, Meta = {}>(): DataFrame<Row, Meta> {
    return this as unknown as DataFrame<Row, Meta>
  }
}

class Grouped {
  readonly #frame: Frame
  readonly #keys: readonly Expression[]

  constructor(frame: Frame, keys: readonly Expression[]) {
    this.#frame = frame
    this.#keys = keys
  }
  agg(...aggregates: readonly unknown[]): Frame {
    const expressions = aggregates.flatMap((one): Expression[] => {
      if (one instanceof ColumnExpression) return [one.expression]
      const made = isCallback(one) ? one(rowColumns(this.#frame, 'agg')) : one
      return madeColumns('agg', made).map(({ name, expression }) => AliasNode.create(expression, name))
    })
    return new Frame(this.#frame.session, AggregateNode.create({ input: this.#frame.plan, groupings: this.#keys, aggregates: expressions }))
  }
  count(): Frame {
    const all = UnresolvedFunctionNode.create('count', [LiteralNode.create(1, { kind: 'int' })])
    return this.agg(new ColumnExpression(AliasNode.create(all, 'count')))
  }
  sum(...names: readonly string[]): Frame {
    return this.#each('sum', names)
  }
  avg(...names: readonly string[]): Frame {
    return this.#each('avg', names)
  }
  min(...names: readonly string[]): Frame {
    return this.#each('min', names)
  }
  max(...names: readonly string[]): Frame {
    return this.#each('max', names)
  }
  #each(name: string, columns: readonly string[]): Frame {
    return this.agg(...columns.map((one) => new ColumnExpression(UnresolvedFunctionNode.create(name, [columnOf(one).expression]))))
  }
}
