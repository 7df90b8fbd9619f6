/** The class behind DataFrame and GroupedData (data-frame.ts has their types): builds plan nodes, and analyses after each, so that an error comes from the line that made it. */
import { quoteName, type StructType, simpleString, structType, treeString } from '../data/data-type.ts'
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
import { isCallback, madeColumn, madeColumns, nameFrom, rowColumns } from './callbacks.ts'
import { ColumnExpression, describe } from './column.ts'
import type { ColumnData, DataFrame, RowStream, StreamOptions } from './data-frame.ts'
import { type ExplainText, explainMode } from './explain-mode.ts'
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
    const column = { name: nameFrom('withColumn', name), expression: this.#one('withColumn', value) }
    return this.#then(WithColumnsNode.create({ input: this.plan, columns: [column] }))
  }
  withColumns(columns: unknown): Frame {
    const made = isCallback(columns) ? columns(rowColumns(this, 'withColumns')) : columns
    return this.#then(WithColumnsNode.create({ input: this.plan, columns: madeColumns('withColumns', made) }))
  }
  withColumnRenamed(from: string, to: string): Frame {
    const rename = { from: nameFrom('withColumnRenamed', from), to: nameFrom('withColumnRenamed', to) }
    return this.#then(WithColumnsRenamedNode.create({ input: this.plan, renames: [rename] }))
  }
  drop(...names: readonly string[]): Frame {
    return this.#then(DropNode.create({ input: this.plan, columns: names.map((name) => nameFrom('drop', name)) }))
  }
  withWatermark(eventTime: string, delay: FixedInterval): Frame {
    const node = { input: this.plan, eventTime: nameFrom('withWatermark', eventTime), delay: intervalText(delay) }
    return this.#then(WithWatermarkNode.create(node))
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
    // With the empty line that Spark leaves after it.
    this.session.print(`${treeString(this.schema)}\n`)
  }
  explain(mode: ExplainText = 'simple'): string {
    const text = this.#explained(explainMode(mode))
    this.session.print(text)
    return text
  }
  #explained(mode: ExplainText): string {
    const { backend, catalog } = this.session
    if (mode === 'codegen') return backend.explainCode(this.plan, this.session.configuration())
    const analyzed = analyze(this.plan, catalog)
    return explain(optimize(analyzed), mode === 'extended' ? { mode, analyzed } : { mode })
  }
  /** What Spark prints of a DataFrame. */
  toString(): string {
    return `DataFrame[${this.schema.fields.map((one) => `${one.name}: ${simpleString(one.type)}`).join(', ')}]`
  }
  get [Symbol.toStringTag](): string {
    return 'DataFrame'
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
  get writeStream(): DataStreamWriter<unknown> {
    return new DataStreamWriter(this.session, this.plan)
  }
  stream(options: StreamOptions = {}): RowStream<unknown> {
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
    if (aggregates.length === 0)
      throw new MillraceError('INVALID_ARGUMENT', 'agg: there is nothing to compute.', { hint: "Give an aggregate, such as count('*')." })
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
  /** Without names: of all columns that are numbers, keys among them, as in Spark. */
  #each(name: string, columns: readonly string[]): Frame {
    const call = (column: string): Expression => UnresolvedFunctionNode.create(name, [UnresolvedAttributeNode.create(column)])
    const numeric = this.#frame.schema.fields.filter((one) => NUMERIC.has(one.type.kind)).map((one) => one.name)
    if (columns.length + numeric.length === 0)
      throw new MillraceError('INVALID_ARGUMENT', `${name}: the input has no column that is a number.`, {
        hint: `Name the columns: ${name}('…').`,
      })
    const expressions =
      columns.length === 0
        ? numeric.map((one) => AliasNode.create(call(quoteName(one)), `${name}(${one})`))
        : columns.map((one) => call(nameFrom(name, one)))
    return this.agg(...expressions.map((one) => new ColumnExpression(one)))
  }
}

const NUMERIC: ReadonlySet<string> = new Set(['int', 'long', 'double'])
