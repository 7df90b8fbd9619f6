/** Runs differential cases in our engine, and writes answers in the words of remake.py. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonFilesSource } from '../../src/connectors/files/files-provider.ts'
import { type DataType, intType, type StructType, simpleString, structType } from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import { parseDdl, parseType } from '../../src/data/ddl-parser.ts'
import type { Batch } from '../../src/data/vector.ts'
import { batchFromDatums, datumRows } from '../../src/data/vector-builder.ts'
import { createEmbeddedBackend } from '../../src/engine/backend.ts'
import { MillraceError } from '../../src/error.ts'
import { realIo } from '../../src/io/real.ts'
import { Catalog } from '../../src/plan/contracts/catalog.ts'
import type { SinkProvider } from '../../src/plan/contracts/sink.ts'
import { AliasNode, CastNode, type Expression } from '../../src/plan/expressions/expression.ts'
import {
  AggregateNode,
  FilterNode,
  LocalRelationNode,
  ProjectNode,
  ReadNode,
  type Relation,
  SetOperationNode,
  WithWatermarkNode,
} from '../../src/plan/nodes/relation.ts'
import type { CaseGroup, CaseTable, QueryCase, StreamCase } from './cases/case.ts'
import { parseSql } from './sql-parser.ts'

export type Answer = string | readonly string[]

// ── values as text
function valueJson(type: DataType, datum: Datum): unknown {
  if (datum === null || typeof datum === 'boolean') return datum
  if (type.kind === 'struct') return type.fields.map((one, index) => valueJson(one.type, (datum as readonly Datum[])[index] ?? null))
  if (datum instanceof Uint8Array) return Buffer.from(datum).toString('hex')
  return Object.is(datum, -0) && type.kind === 'double' ? '-0' : String(datum)
}
/** With Python's blanks, so that structs are the same text. */
const json = (value: unknown): string => (Array.isArray(value) ? `[${value.map(json).join(', ')}]` : JSON.stringify(value))
const answerText = (type: DataType, datum: Datum): string => `${simpleString(type)} ${json(valueJson(type, datum))}`
const rowText = (schema: StructType, row: readonly Datum[]): string =>
  schema.fields.map((one, index) => answerText(one.type, row[index] ?? null)).join(' | ')

/** An answer for an error of ours; other errors are defects of the harness or the engine, and pass. */
async function attempt<T>(run: () => Promise<T>): Promise<T | string> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return `! ${rootCode(error)}`
  }
}
const rootCode = (error: MillraceError): string =>
  ['QUERY_FAILED', 'SOURCE_FAILED'].includes(error.code) && error.cause instanceof MillraceError ? rootCode(error.cause) : error.code

// ── tables and expressions
const localBackend = createEmbeddedBackend({ catalog: new Catalog(), io: realIo })
async function collect(plan: Relation, zone: string): Promise<readonly Batch[]> {
  return localBackend.collect(plan, { 'spark.sql.session.timeZone': zone })
}
const named = (expression: Expression, index: number): Expression =>
  expression.kind === 'Alias' || expression.kind === 'UnresolvedAttribute' ? expression : AliasNode.create(expression, `c${index}`)
const relation = (schema: StructType, rows: readonly (readonly Datum[])[]): Relation =>
  LocalRelationNode.create({ schema, batches: rows.length === 0 ? [] : [batchFromDatums(schema, rows)] })
export const oneRow = relation(structType([{ name: 'nothing', type: intType, nullable: false }]), [[0]])

/** The rows of tables, made by our own casts of their texts. */
export class Tables {
  readonly #made = new Map<string, { readonly schema: StructType; readonly rows: readonly (readonly Datum[])[] }>()

  async add(name: string, table: CaseTable): Promise<this> {
    const schema = structType(table.columns.map(([column, type]) => ({ name: column, type: parseType(type), nullable: true })))
    const rows: Datum[][] = []
    for (const row of table.rows) {
      const cast = row.map((text, index) =>
        AliasNode.create(CastNode.create(parseSql(text), schema.fields[index]?.type ?? intType), schema.fields[index]?.name ?? ''),
      )
      const made = await collect(ProjectNode.create({ input: oneRow, expressions: cast }), 'UTC')
      rows.push(...made.flatMap(datumRows))
    }
    this.#made.set(name, { schema, rows })
    return this
  }
  #get(name: string) {
    const table = this.#made.get(name)
    if (table === undefined) throw new Error(`no table ${name}`)
    return table
  }
  relation(name: string): Relation {
    const { schema, rows } = this.#get(name)
    return relation(schema, rows)
  }
  /** A relation of each row by itself. */
  rows(name: string): readonly Relation[] {
    const { schema, rows } = this.#get(name)
    return rows.map((row) => relation(schema, [row]))
  }
}

async function firstColumn(input: Relation, expression: Expression, zone: string): Promise<string[]> {
  const batches = await collect(ProjectNode.create({ input, expressions: [AliasNode.create(expression, 'x')] }), zone)
  return batches.flatMap((batch) => datumRows(batch).map((row) => rowText(batch.schema, row)))
}

async function runExpression(text: string, table: string | null, zone: string, tables: Tables): Promise<Answer> {
  const expression = parseSql(text, zone)
  const single = async (input: Relation): Promise<string> => {
    const found = await attempt(() => firstColumn(input, expression, zone))
    return typeof found === 'string' ? found : (found[0] ?? 'no row')
  }
  if (table === null) return single(oneRow)
  const whole = await attempt(() => firstColumn(tables.relation(table), expression, zone))
  return typeof whole === 'string' ? Promise.all(tables.rows(table).map(single)) : whole
}

async function runQuery(query: QueryCase, zone: string, tables: Tables): Promise<Answer> {
  const parse = (text: string) => parseSql(text, zone)
  let plan = tables.relation(query.table)
  if (query.where !== undefined) plan = FilterNode.create({ input: plan, condition: parse(query.where) })
  plan = AggregateNode.create({
    input: plan,
    groupings: query.groupBy.map(parse),
    aggregates: query.select.map((text, index) => named(parse(text), index)),
  })
  if (query.afterwards !== undefined)
    plan = ProjectNode.create({ input: plan, expressions: query.afterwards.map((text, index) => named(parse(text), index)) })
  return attempt(async () =>
    (await collect(plan, zone)).flatMap((batch) => datumRows(batch).map((row) => rowText(batch.schema, row))).sort(byCodePoint),
  )
}

/** Python's order of texts. */
export const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

// ── streams
async function runStream(one: StreamCase, zone: string): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-stream-'))
  try {
    return await attempt(() => streamRows(one, zone, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeInputs(one: StreamCase, folder: string): Promise<void> {
  for (const [number, input] of one.inputs.entries()) {
    await mkdir(join(folder, String(number)))
    for (const [index, lines] of input.files.entries()) {
      const path = join(folder, String(number), `${String(index).padStart(3, '0')}.json`)
      await writeFile(path, lines.map((line) => `${line}\n`).join(''))
      await utimes(path, 1767225600 + 10 * index, 1767225600 + 10 * index)
    }
  }
}

function streamPlan(one: StreamCase, zone: string, folder: string): Relation {
  const parse = (text: string) => parseSql(text, zone)
  const watermarked = (input: Relation, watermark: readonly [string, string] | undefined): Relation =>
    watermark === undefined ? input : WithWatermarkNode.create({ input, eventTime: watermark[0], delay: watermark[1] })
  const sides = one.inputs.map((input, number) => {
    const options = { ...input.options, maxFilesPerTrigger: '1', path: join(folder, String(number)) }
    return watermarked(ReadNode.create({ format: 'json', options, schema: parseDdl(input.schema), name: null }), input.watermark)
  })
  let plan = sides.reduce((left, right) => SetOperationNode.create({ operation: 'union', left, right }))
  plan = watermarked(plan, one.watermark)
  if (one.where !== undefined) plan = FilterNode.create({ input: plan, condition: parse(one.where) })
  const selected = one.select.map((text, index) => named(parse(text), index))
  return one.groupBy === null
    ? ProjectNode.create({ input: plan, expressions: selected })
    : AggregateNode.create({ input: plan, groupings: one.groupBy.map(parse), aggregates: selected })
}

async function streamRows(one: StreamCase, zone: string, folder: string): Promise<string[]> {
  await writeInputs(one, folder)
  const epochs: string[][] = []
  const backend = createEmbeddedBackend({ catalog: new Catalog().registerSource(jsonFilesSource), io: realIo })
  const query = backend.start(
    {
      plan: streamPlan(one, zone, folder),
      sink: collectingSink(epochs),
      sinkOptions: {},
      outputMode: one.mode,
      trigger: { kind: 'availableNow' },
      name: null,
      checkpointLocation: null,
      takeover: false,
      checkpointRenames: null,
      delivery: null,
      configuration: { 'spark.sql.session.timeZone': zone, 'millrace.watermark.policy': 'sparkMax' },
      signal: null,
    },
    {},
  )
  await query.awaitTermination()
  return lastState(one, epochs).sort(byCodePoint)
}

/** Append, and rows without groups: all rows. Complete: the last epoch's. Update: the last row of each key. */
function lastState(one: StreamCase, epochs: readonly (readonly string[])[]): string[] {
  if (one.mode === 'append' || one.groupBy === null) return epochs.flat()
  if (one.mode === 'complete') return [...(epochs.at(-1) ?? [])]
  const byKey = new Map<string, string>()
  for (const row of epochs.flat()) {
    const keys = one.groupBy?.length ?? 0
    byKey.set(row.split(' | ').slice(0, keys).join(' | '), row)
  }
  return [...byKey.values()]
}

function collectingSink(epochs: string[][]): SinkProvider {
  let open: string[] = []
  return {
    format: 'collect',
    options: {},
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    open: () =>
      Promise.resolve({
        begin: () => {
          open = []
          return Promise.resolve()
        },
        write: (batch) => {
          open.push(...datumRows(batch).map((row) => rowText(batch.schema, row)))
          return Promise.resolve()
        },
        commit: () => {
          epochs.push(open)
          return Promise.resolve(null)
        },
        abort: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  }
}

/** The answer of each case of a group, by its text or id. */
export async function runGroup(group: CaseGroup, tables: Tables): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  if (group.kind === 'expressions')
    for (const text of group.cases) answers.set(text, await runExpression(text, group.table, group.zone, tables))
  else if (group.kind === 'queries') for (const one of group.cases) answers.set(one.id, await runQuery(one, group.zone, tables))
  else for (const one of group.cases) answers.set(one.id, await runStream(one, group.zone))
  return answers
}
