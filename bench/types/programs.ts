/** Programs whose type-checking is measured: what an import costs, a long chain over a middling frame, and a very wide frame. They are never run. */

export interface TypeProgram {
  readonly name: string
  readonly about: string
  readonly source: string
}

/** Kinds of columns in turn: c0 is a long, c1 a double, c2 a text, c3 a timestamp, c4 a text that can be null, c5 a long … */
const kinds = ['t.long', 't.double', 't.string', 't.timestamp', 't.string.nullable()'] as const

export const typePrograms: readonly TypeProgram[] = [
  { name: 'import', about: 'import millrace, and a session', source: importOnly() },
  { name: 'chain', about: '30 columns, 40 chained verbs', source: chain(30, 40) },
  { name: 'wide', about: '200 columns, 50 withColumn', source: wide(200, 50) },
]

function importOnly(): string {
  return `import { StreamSession } from 'millrace'

export const session = StreamSession.builder.appName('import').getOrCreate()
`
}

function frame(columns: number): string {
  const fields = Array.from({ length: columns }, (_, index) => `  c${index}: ${kinds[index % kinds.length]},`)
  return `import { avg, coalesce, col, count, lit, StreamSession, sum, t, upper, window } from 'millrace'

const schema = {
${fields.join('\n')}
}
const session = StreamSession.builder.appName('types').getOrCreate()
export const frame = session.readStream.schema(schema).json('in')
`
}

/** Verbs by turns (two of them are two calls), with callbacks, with names and with columns by name; the last four group, and go on with the groups. */
function chain(columns: number, verbs: number): string {
  const names = Array.from({ length: columns }, (_, index) => `'c${index}'`).join(', ')
  const turns: readonly ((index: number) => string)[] = [
    (index) => `.withColumn('d${index}', (r) => r.c0.add(r.c5).mul(${index}))`,
    (index) => `.filter((r) => r.c1.gt(${index}).and(r.c2.neq('x')))`,
    (index) => `.select('*', (r) => ({ e${index}: r.c2.upper(), f${index}: r.c6.div(2) }))`,
    (index) => `.withColumn('g${index}', upper('c7'))`,
    (index) => `.filter(col('c10').lt(${index}))`,
    (index) => `.withColumns((r) => ({ h${index}: r.c3.plus('1 hour'), i${index}: r.c11.sub(r.c1) }))`,
    (index) => `.withColumn('j${index}', coalesce('c4', lit('none')))`,
    (index) => `.withColumnRenamed('c9', 'k${index}').withColumn('c9', lit('again'))`,
    (index) => `.drop('j${index - 2}').filter((r) => r.k${index - 1}.isNotNull())`,
    () => `.select(${names})`,
  ]
  const last = [
    `.withWatermark('c3', '10 minutes')`,
    `.groupBy(window('c3', '1 minute'), 'c2', (r) => ({ user: r.c7 })).agg(count('*').alias('n'), sum('c0').alias('total'), (r) => ({ mean: avg(r.c1) }))`,
    `.filter((r) => r.n.gt(1))`,
    `.select('c2', 'user', (r) => ({ start: r.window.field('start'), each: r.total.div(r.n), mean: r.mean }))`,
  ]
  const calls = Array.from({ length: verbs - last.length }, (_, index) => turns[index % turns.length]?.(index) ?? '')
  return `${frame(columns)}
export const result = frame
${[...calls, ...last].map((call) => `  ${call}`).join('\n')}
export const query = result.writeStream.outputMode('append').format('noop')
`
}

function wide(columns: number, added: number): string {
  const calls = Array.from(
    { length: added },
    (_, index) => `  .withColumn('d${index}', (r) => r.c${(index * kinds.length) % columns}.add(${index}).div(r.c1))`,
  )
  return `${frame(columns)}
export const result = frame
${calls.join('\n')}
export const query = result.writeStream.outputMode('append').format('noop')
`
}
