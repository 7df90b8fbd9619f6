/**
 * The format `json` by generated code: the same rows as json-records.ts, which is the oracle, at a fraction of its cost. Three ways lead to a row:
 *
 * 1. speculative: the record looks like the template that was learned from an earlier one;
 * 2. generic: its members stand in another order, some are missing, white space stands between them;
 * 3. oracle: everything else (whatever is malformed, escapes in names, a name twice, numbers beyond 64 bits, odd times), read by record-parser.ts.
 *
 * A way that is surprised gives the whole record to the next one, so that the odd cases mean what the oracle makes of them. Every byte of a record is checked
 * on each way.
 */
import { timeZone as timeZoneNamed } from '../../../data/time-zone.ts'
import type { DecoderSpec } from '../../../plan/contracts/source.ts'
import type { Decoded, Decoder } from '../decoder.ts'
import { MalformedLog } from '../malformed-log.ts'
import { type Lines, RecordBounds, type Records } from '../record-bounds.ts'
import { malformedRecord, RecordParser, rawText } from '../record-parser.ts'
import { CorruptLane } from './corrupt-lane.ts'
import { type FieldTree, fieldTree } from './field-tree.ts'
import { grown } from './lanes.ts'
import { genericCode, LINE_REACH, type RecordCode } from './record-code.ts'
import { Speculation } from './speculation.ts'
import { StringLane } from './string-lane.ts'
import { TimeReader } from './time-reader.ts'

/** Records by the way that they went. */
export interface PathCounts {
  readonly speculative: number
  readonly generic: number
  readonly oracle: number
}

export class GeneratedJson implements Decoder {
  readonly #spec: DecoderSpec
  readonly #parser: RecordParser
  readonly #tree: FieldTree
  readonly #strings: readonly StringLane[]
  readonly #time: TimeReader
  readonly #speculation: Speculation
  #generic: RecordCode
  #versions = 0
  readonly #paths = { speculative: 0, generic: 0, oracle: 0 }
  /** A copy of one record with room behind it, for those at the end of the bytes. */
  #tail = new Uint8Array(0)
  #tailView = new DataView(this.#tail.buffer)

  // The batch under way.
  readonly #records = new RecordBounds()
  #bytes = this.#tail
  #view: DataView = this.#tailView
  /** Rows that there is room for. */
  #capacity = 0
  #row = 0
  #kept: Int32Array | null = null
  #malformed = new MalformedLog()

  /** Throws CannotGenerate. `stringsMax`: of a dictionary, for tests. */
  constructor(spec: DecoderSpec, timeZone: string, stringsMax?: number) {
    const zone = timeZoneNamed(timeZone)
    this.#spec = spec
    this.#parser = new RecordParser(spec, timeZone)
    this.#tree = fieldTree(spec, zone, stringsMax)
    this.#strings = this.#tree.lanes.filter((lane) => lane instanceof StringLane)
    this.#time = new TimeReader(zone)
    this.#speculation = new Speculation(this.#tree, this.#time)
    this.#generic = genericCode(this.#tree, this.#time)
  }

  get paths(): PathCounts {
    return { ...this.#paths }
  }

  describe(): string {
    const { speculative, generic, oracle } = this.#paths
    return [
      `json records, generated: ${this.#tree.columns.length} columns of ${this.#tree.fields} fields`,
      ...this.#spec.schema.fields.map(
        ({ name, type }, slot) => `  ${JSON.stringify(name)} ${type.kind}${formOf(this.#tree.columns[slot])}`,
      ),
      `  expects ${this.#speculation.describe()}`,
      `  records: ${speculative} as expected, ${generic} in another form, ${oracle} interpreted`,
    ].join('\n')
  }

  decode(input: Records | Lines): Decoded {
    const records = this.#records
    this.#begin(input)
    let record = 0
    while (records.has(record)) record = this.#next(record)
    const rows = this.#row
    const decoded: Decoded = {
      records: record,
      columns: this.#tree.columns.map((lane) => lane.finish(rows)),
      kept: this.#kept === null ? null : this.#kept.slice(0, rows),
      sharesBytes: this.#strings.some((lane) => lane.form === 'slices'),
      malformed: this.#malformed.finish(),
    }
    // Nothing is kept of a batch that is decoded.
    records.begin(NO_RECORDS)
    return decoded
  }

  #begin(input: Records | Lines): void {
    const areLines = !('starts' in input)
    const bytes = areLines ? withRoom(input.bytes) : input.bytes
    this.#records.begin(areLines ? { ...input, bytes } : input)
    // Plain bytes also where the source has a Buffer: the code sees arrays of one kind.
    const length = bytes.length + (areLines ? LINE_REACH : 0)
    this.#bytes = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, length)
    this.#row = 0
    this.#kept = null
    this.#malformed = new MalformedLog()
    for (const lane of this.#tree.lanes) lane.begin(bytes)
    this.#capacity = 0
    this.#reserve()
    this.#tree.corrupt?.begin()
    this.#renew()
  }

  /** A row for each record. */
  #reserve(): void {
    const { capacity } = this.#records
    if (this.#capacity >= capacity) return
    this.#capacity = capacity
    for (const lane of this.#tree.lanes) lane.reserve(capacity)
    if (this.#kept !== null) this.#kept = grown(this.#kept, capacity)
  }

  /** Makes the code anew where a column of strings has changed its form. */
  #renew(): void {
    let versions = 0
    for (const lane of this.#strings) versions += lane.version
    if (versions === this.#versions) return
    this.#versions = versions
    this.#speculation.forgetCode()
    this.#generic = genericCode(this.#tree, this.#time)
  }

  /** Decodes one record or more from `record` on; gives the number of the next. */
  #next(record: number): number {
    this.#reserve()
    const records = this.#records
    const speculation = this.#speculation
    if (!records.areLines || speculation.learns) records.upTo(record + 1)
    const expected = speculation.codeFor(this.#bytes, records, record, records.areLines, this.#row)
    if (expected !== null) {
      const next = expected.lines ? this.#runLines(expected, record) : this.#run(expected, record, records.count)
      if (next > record) {
        for (const lane of expected.missing) lane.markNulls(this.#row, this.#row + next - record)
        this.#paths.speculative += next - record
        speculation.noteHits(next - record)
        this.#addRows(record, next)
        return next
      }
      if (this.#hasSliced()) return record
      speculation.noteMiss()
    }
    const to = records.upTo(record + (expected === null ? speculation.patience : 1))
    this.#reserve()
    const next = this.#run(this.#generic, record, to)
    if (next > record) {
      this.#paths.generic += next - record
      if (expected === null) speculation.noteRest(next - record)
      this.#addRows(record, next)
      return next
    }
    if (this.#hasSliced()) return record
    this.#paths.oracle++
    if (expected === null) speculation.noteRest(1)
    this.#interpret(record)
    return record + 1
  }

  /** Lets code read from `record` on that finds the ends of the records itself. */
  #runLines({ read }: RecordCode, record: number): number {
    const records = this.#records
    const { starts, ends, bytes, capacity } = records
    const alone = this.#paths.speculative < RECORDS_ALONE
    let next = record
    while (next < capacity) {
      const to = alone ? next + 1 : capacity
      next = read(this.#bytes, this.#view, starts, ends, next, to, 0, this.#row + next - record, bytes.length)
      if (next < to) break
    }
    records.readTo(next)
    return next
  }

  /** Lets code read from `record` on; gives the number of the record that it does not read. */
  #run({ read, reach }: RecordCode, record: number, to: number): number {
    const { starts, ends } = this.#records
    const limit = this.#bytes.length - reach
    const next = read(this.#bytes, this.#view, starts, ends, record, to, 0, this.#row, limit)
    if (next > record) return next
    const start = starts[record] as number
    const end = ends[record] as number
    if (end <= limit) return record
    // At the end of the bytes: the same with a copy.
    this.#forgetRow()
    const room = end - start + reach
    if (this.#tail.length < room) {
      this.#tail = new Uint8Array(2 * room)
      this.#tailView = new DataView(this.#tail.buffer)
    }
    this.#tail.set(this.#bytes.subarray(start, end))
    return read(this.#tail, this.#tailView, starts, ends, record, record + 1, start, this.#row, end - start)
  }

  #forgetRow(): void {
    for (const lane of this.#tree.lanes) lane.rollback(this.#row)
  }

  /** After a surprise: whether it was a dictionary without room, so that the record is to be read again. */
  #hasSliced(): boolean {
    this.#forgetRow()
    let sliced = false
    for (const lane of this.#strings) {
      if (!lane.isFull) continue
      lane.slice(this.#row)
      sliced = true
    }
    if (sliced) this.#renew()
    return sliced
  }

  #addRows(from: number, to: number): void {
    const kept = this.#kept
    if (kept === null) this.#row += to - from
    else for (let record = from; record < to; record++) kept[this.#row++] = record
  }

  #interpret(record: number): void {
    const { mode } = this.#spec
    const { columns, corrupt } = this.#tree
    const { row, fault } = this.#parser.parse(this.#records, record)
    if (fault !== null) {
      if (mode === 'FAILFAST') throw malformedRecord(this.#records, record, fault)
      this.#malformed.note(record, fault)
    }
    if (row === null || (fault !== null && mode === 'DROPMALFORMED')) {
      // So far every record was a row.
      this.#kept ??= Int32Array.from({ length: this.#capacity }, (_, index) => index)
      return
    }
    if (fault !== null) corrupt?.put(this.#row, rawText(this.#records, record))
    for (const [slot, lane] of columns.entries()) if (!(lane instanceof CorruptLane)) lane.store(this.#row, row[slot] ?? null)
    this.#addRows(record, record + 1)
    this.#renew()
  }
}

/** The first records are read by a call each, so that the optimiser compiles the function once, and not for the middle of its loop too. */
const RECORDS_ALONE = 65_536
const NO_RECORDS: Records = { bytes: new Uint8Array(0), starts: new Int32Array(0), ends: new Int32Array(0), origin: '' }

/** Lines with a line end behind the last of them, and room behind it; the same bytes where they are so. */
function withRoom(bytes: Uint8Array): Uint8Array {
  const last = bytes.at(-1)
  const isEnded = last === undefined || last === 10 || last === 13
  if (isEnded && bytes.byteOffset + bytes.length + LINE_REACH <= bytes.buffer.byteLength) return bytes
  const copy = new Uint8Array(bytes.length + 1 + LINE_REACH)
  copy.set(bytes)
  copy[bytes.length] = 10
  return copy.subarray(0, bytes.length + (isEnded ? 0 : 1))
}

const formOf = (lane: unknown): string =>
  lane instanceof StringLane ? `, ${lane.form === 'dictionary' ? 'dictionary codes' : 'slices'}` : ''
