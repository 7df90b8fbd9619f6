/** What the conformance suites share: the framework that they run in, and rows as texts that can be compared. */
import type { Datum } from '../data/datum.ts'
import type { Batch } from '../data/vector.ts'
import { datumRows } from '../data/vector-builder.ts'
import { cutRecords } from '../engine/decode/record-bounds.ts'
import type { SourceBatch } from '../plan/contracts/source.ts'

/** The framework's own functions: `{ test }` of vitest, node:test, jest … The suites need nothing else and throw node:assert's errors. */
export interface TestFramework {
  readonly test: (name: string, run: () => Promise<void>) => unknown
}

/** The rows as texts: equal where the values are, to the bit. */
export function rowTexts(batch: Batch): string[] {
  return datumRows(batch).map((row) => row.map(datumText).join(' | '))
}

/** The rows or raw records of a source's batch as texts. */
export function sourceRowTexts(part: SourceBatch): string[] {
  if (part.kind === 'columns') return rowTexts(part.batch)
  const supplied = rowTexts(part.supplied)
  const { bytes, starts, ends } = cutRecords(part)
  return Array.from(starts, (start, i) => `${hex(bytes.subarray(start, ends[i]))} | ${supplied[part.kind === 'lines' ? 0 : i]}`)
}

function datumText(datum: Datum): string {
  if (datum === null || typeof datum === 'boolean') return String(datum)
  if (typeof datum === 'number') return Object.is(datum, -0) ? '-0' : String(datum)
  if (typeof datum === 'bigint') return `${datum}n`
  if (typeof datum === 'string') return JSON.stringify(datum)
  if (datum instanceof Uint8Array) return hex(datum)
  return `{${datum.map(datumText).join(', ')}}`
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
