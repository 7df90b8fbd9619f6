/**
 * The ledger: rows that can each be told from all others, so that nothing lost and nothing doubled can be read off an output. A row is a function of the seed
 * and its number. Event times are out of order by less than five seconds, and the victim waits ten, so no row is ever late.
 */
import { createHash } from 'node:crypto'

export interface LedgerRow {
  readonly partition: number
  readonly seq: number
  readonly id: string
  readonly amount: number
  /** ISO 8601 with milliseconds, UTC. */
  readonly time: string
}

const PARTITIONS = 4
const START_MS = Date.UTC(2026, 0, 1)
const STEP_MS = 50
const JITTER_MS = 4000
/** After so many rows nothing happens for a while. */
const ROWS_BETWEEN_PAUSES = 300
const PAUSE_MS = 8000
const CLOSING_MS = 3_600_000

export class Ledger {
  readonly rows: LedgerRow[] = []
  readonly #seed: number
  readonly #next = new Array<number>(PARTITIONS).fill(0)

  constructor(seed: number) {
    this.#seed = seed
  }

  /** The next `count` rows. */
  take(count: number): readonly LedgerRow[] {
    return Array.from({ length: count }, () => this.#row(this.rows.length))
  }

  /** A row far in the future, which lets all windows before it close. Its own stays open. */
  close(): LedgerRow {
    return this.#row(this.rows.length, CLOSING_MS)
  }

  #row(number: number, laterMs = 0): LedgerRow {
    const noise = createHash('sha1').update(`${this.#seed}/${number}`).digest()
    const partition = (noise[0] as number) % PARTITIONS
    const seq = this.#next[partition] as number
    this.#next[partition] = seq + 1
    const pauses = Math.floor(number / ROWS_BETWEEN_PAUSES) * PAUSE_MS
    const timeMs = START_MS + laterMs + number * STEP_MS + pauses + (noise.readUInt32LE(4) % JITTER_MS)
    const row: LedgerRow = {
      partition,
      seq,
      id: noise.toString('hex', 8),
      amount: noise.readInt32LE(12),
      time: new Date(timeMs).toISOString(),
    }
    this.rows.push(row)
    return row
  }
}

/** What is wrong with a copy of the ledger; nothing where every row is there once, as it was. */
export function auditCopy(ledger: readonly LedgerRow[], copy: readonly LedgerRow[]): string[] {
  const wrong: string[] = []
  const last = new Map<number, number>()
  for (const { partition, seq } of ledger) last.set(partition, Math.max(seq, last.get(partition) ?? -1))
  const bitmaps = new Map([...last].map(([partition, seq]) => [partition, new Uint8Array(seq + 1)]))
  for (const { partition, seq } of copy) {
    const bitmap = bitmaps.get(partition)
    if (bitmap?.[seq] === undefined) wrong.push(`${partition}/${seq} is in the output and was never in the input`)
    else bitmap[seq] = (bitmap[seq] as number) + 1
  }
  for (const [partition, bitmap] of bitmaps)
    for (const [seq, times] of bitmap.entries()) if (times !== 1) wrong.push(`${partition}/${seq} is in the output ${times} times`)
  const [is, was] = [totals(copy), totals(ledger)]
  if (is.amount !== was.amount) wrong.push(`the amounts sum to ${is.amount}, and to ${was.amount} in the input`)
  if (is.hash !== was.hash) wrong.push(`the hashes make ${is.hash.toString(16)}, and ${was.hash.toString(16)} in the input`)
  return wrong
}

function totals(rows: readonly LedgerRow[]): { readonly amount: bigint; readonly hash: bigint } {
  let amount = 0n
  let hash = 0n
  for (const row of rows) {
    amount += BigInt(row.amount)
    const text = `${row.partition}/${row.seq}/${row.id}/${row.amount}/${Date.parse(row.time)}`
    hash ^= createHash('sha1').update(text).digest().readBigUInt64LE()
  }
  return { amount, hash }
}

/** A window of the output: of a key, with what is in it. */
export interface LedgerWindow {
  readonly key: string
  readonly startMs: number
  readonly endMs: number
  readonly rows: number
  readonly amount: number
}

/** What is wrong with windows over the ledger: each must be there once and be right. The row that closed them is in none. */
export function auditWindows(expected: readonly LedgerWindow[], found: readonly LedgerWindow[]): string[] {
  const wrong: string[] = []
  const nameOf = ({ key, startMs, endMs }: LedgerWindow): string =>
    `${key} from ${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()}`
  const left = new Map(expected.map((one) => [nameOf(one), one]))
  const seen = new Set<string>()
  for (const one of found) {
    const name = nameOf(one)
    const should = left.get(name)
    if (should === undefined) wrong.push(`${name}: ${seen.has(name) ? 'it is there twice' : 'there is no such window'}`)
    else if (should.rows !== one.rows || should.amount !== one.amount)
      wrong.push(`${name}: ${one.rows} rows of ${one.amount}, should be ${should.rows} of ${should.amount}`)
    left.delete(name)
    seen.add(name)
  }
  for (const name of left.keys()) wrong.push(`${name}: it is missing`)
  const rowsOf = (windows: readonly LedgerWindow[]): number => windows.reduce((sum, { rows }) => sum + rows, 0)
  if (rowsOf(found) !== rowsOf(expected)) wrong.push(`the windows count ${rowsOf(found)} rows of ${rowsOf(expected)}`)
  return wrong
}

const WINDOW_MS = 10_000
/** Tumbling windows of ten seconds by key. */
export function windowsOf(rows: readonly LedgerRow[], keyOf: (row: LedgerRow) => string): LedgerWindow[] {
  const windows = new Map<string, LedgerWindow>()
  for (const row of rows) {
    const startMs = Math.floor(Date.parse(row.time) / WINDOW_MS) * WINDOW_MS
    const key = keyOf(row)
    const one = windows.get(`${key}/${startMs}`) ?? { key, startMs, endMs: startMs + WINDOW_MS, rows: 0, amount: 0 }
    windows.set(`${key}/${startMs}`, { ...one, rows: one.rows + 1, amount: one.amount + row.amount })
  }
  return [...windows.values()]
}

const GAP_MS = 2000
/** Sessions by partition: rows no further apart than two seconds. */
export function sessionsOf(rows: readonly LedgerRow[]): LedgerWindow[] {
  const sessions: LedgerWindow[] = []
  const open = new Map<string, LedgerWindow>()
  for (const row of [...rows].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))) {
    const key = String(row.partition)
    const timeMs = Date.parse(row.time)
    const one = open.get(key)
    if (one !== undefined && timeMs <= one.endMs)
      open.set(key, { ...one, endMs: timeMs + GAP_MS, rows: one.rows + 1, amount: one.amount + row.amount })
    else {
      if (one !== undefined) sessions.push(one)
      open.set(key, { key, startMs: timeMs, endMs: timeMs + GAP_MS, rows: 1, amount: row.amount })
    }
  }
  return [...sessions, ...open.values()]
}
