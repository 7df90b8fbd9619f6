/** The jobs in DuckDB over the same file: `duckdb.js <job> <file> <package> <threads>`. It reads only the columns that a query names, and checks no more. */
import { pathToFileURL } from 'node:url'
import { measureWork } from '../measure.ts'
import type { Job } from './jobs.ts'

/** What of the package is used here. It is installed aside, so that a clone does not have to bring it. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<{ connect(): Promise<Connection> }>
  }
}
interface Connection {
  runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>
}

const [job, file = '', path = '', threads = '1'] = process.argv.slice(2) as [Job, string, string, string]
const { DuckDBInstance } = (await import(pathToFileURL(path).href)) as DuckDb
const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect()

const columns = `{id: 'BIGINT', timestamp: 'TIMESTAMP', value: 'DOUBLE', user: 'VARCHAR', kind: 'VARCHAR'}`
const events = `read_ndjson('${file.replaceAll("'", "''")}', columns = ${columns})`
const minute = `time_bucket(INTERVAL 1 minute, timestamp)`
const slides = `(SELECT time_bucket(INTERVAL 2 second, timestamp) - to_seconds(2 * back) AS start, "user" FROM ${events}, range(5) slides(back))`
const queries: Partial<Record<Job, string>> = {
  'decode-one': `SELECT n FROM (SELECT max(timestamp) AS latest, count(*) AS n FROM ${events}) WHERE latest IS NOT NULL`,
  'decode-five': `CREATE OR REPLACE TEMP TABLE decoded AS SELECT * FROM ${events}`,
  exercise1: `SELECT sum(n) FROM (SELECT ${minute} AS minute, count(*) AS n FROM ${events} GROUP BY 1)`,
  'by-user': `SELECT sum(n) FROM (SELECT ${minute} AS minute, "user", count(*) AS n, sum(value) AS total FROM ${events} GROUP BY 1, 2) WHERE total IS NOT NULL`,
  sliding: `SELECT sum(n) / 5 FROM (SELECT start, count(*) AS n FROM ${slides} GROUP BY 1)`,
  'sliding-by-user': `SELECT sum(n) / 5 FROM (SELECT start, "user", count(*) AS n FROM ${slides} GROUP BY 1, 2)`,
}

await measureWork(async () => {
  const query = queries[job]
  if (query === undefined) throw new Error(`DuckDB does not have the job ${job}.`)
  const reader = await connection.runAndReadAll(query)
  if (job === 'decode-five') return Number((await connection.runAndReadAll('SELECT count(*) FROM decoded')).getRows()[0]?.[0])
  return Number(reader.getRows()[0]?.[0])
})
