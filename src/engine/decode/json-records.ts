/**
 * The format `json`: one object per record. Every byte of a record is checked, and every declared field is judged, whatever columns are wanted, so that
 * cutting columns never changes which records are malformed. Relies on json-reader.ts for syntax, json-scalars.ts for types.
 *
 * As Spark 4: blank records are no rows; names are told apart by case; a field that is missing is null, also one declared NOT NULL; of members with the same
 * name the last counts; one value of a wrong type makes the record malformed, and under PERMISSIVE only that value is null.
 * Other than Spark: anything but white space after the object makes the record malformed (Spark overlooks it), and so does an array at the root (Spark makes
 * a row of each element). A value of a wrong type after a good one of the same name gives null (Spark keeps the good one).
 */
import { type DataType, simpleString } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { type TimeZone, timeZone as timeZoneNamed } from '../../data/time-zone.ts'
import type { Vector } from '../../data/vector.ts'
import { vectorOf } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import type { DecoderSpec } from '../../plan/contracts/source.ts'
import type { Decoded, Decoder, MalformedSample, Records } from './decoder.ts'
import { JsonFault, JsonReader, LETTER_F, LETTER_N, LETTER_T, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-reader.ts'
import { datumOfNumber, datumOfText } from './json-scalars.ts'
import { type MemberPlan, ObjectPlan } from './object-plan.ts'
import { textOf } from './text-records.ts'

export function jsonRecords(spec: DecoderSpec, timeZone: string): Decoder {
  const corruptSlot = spec.schema.fields.findIndex((one) => one.name === spec.corruptRecordColumn)
  const parser = new RecordParser(new ObjectPlan(spec.declared, spec.schema, spec.corruptRecordColumn), timeZoneNamed(timeZone))
  return {
    decode: (records) => {
      const rows = new Rows(spec)
      for (let record = 0; record < records.starts.length; record++) {
        const { row, fault } = parser.parse(records, record)
        if (fault !== null) {
          if (spec.mode === 'FAILFAST') throw malformedRecord(records, record, fault)
          rows.noteMalformed(record, fault)
          if (spec.mode === 'DROPMALFORMED') continue
          if (corruptSlot >= 0 && row !== null) row[corruptSlot] = rawText(records, record)
        }
        if (row !== null) rows.add(record, row)
      }
      return rows.finish(records.starts.length)
    },
  }
}

/** `row` is null where the record is blank. */
interface Parsed {
  readonly row: Datum[] | null
  readonly fault: JsonFault | null
}

class RecordParser {
  readonly #reader = new JsonReader()
  readonly #root: ObjectPlan
  readonly #zone: TimeZone
  #typeFault: JsonFault | null = null

  constructor(root: ObjectPlan, zone: TimeZone) {
    this.#root = root
    this.#zone = zone
  }

  parse(records: Records, record: number): Parsed {
    const reader = this.#reader
    this.#typeFault = null
    reader.begin(records.bytes, records.starts[record] as number, records.ends[record] as number)
    reader.skipSpace()
    if (reader.next < 0) return { row: null, fault: null }
    try {
      if (reader.next !== OPEN_BRACE) throw reader.fault('an object')
      const row = this.#object(this.#root)
      reader.skipSpace()
      if (reader.next >= 0) throw reader.fault('nothing after the object')
      return { row, fault: this.#typeFault }
    } catch (fault) {
      if (!(fault instanceof JsonFault)) throw fault
      return { row: new Array<Datum>(this.#root.width).fill(null), fault }
    }
  }

  #object(plan: ObjectPlan): Datum[] {
    const row = new Array<Datum>(plan.width).fill(null)
    this.#reader.object(() => {
      const member = plan.memberAt(this.#reader)
      if (member === undefined) return this.#reader.skip()
      const datum = this.#member(member)
      if (member.slot >= 0) row[member.slot] = datum
    })
    return row
  }

  /** The value at the cursor; null, and a fault noted, where it is not of the member's type. */
  #member(member: MemberPlan): Datum {
    const { position } = this.#reader
    const datum = this.#value(member, position)
    if (datum !== undefined) return datum
    const type = simpleString(member.type)
    this.#typeFault ??= new JsonFault(`the value of '${member.path}' is not of its type ${type}`, position)
    return null
  }

  #value({ type, slot, object }: MemberPlan, position: number): Datum | undefined {
    const reader = this.#reader
    const { next } = reader
    if (next === LETTER_N) {
      reader.literal()
      return null
    }
    if (type.kind === 'string') {
      reader.skip()
      if (slot < 0) return null
      return next === QUOTE ? reader.text() : reader.rawFrom(position)
    }
    if (next === OPEN_BRACE && object !== null) return this.#object(object)
    return this.#scalar(type, next, position)
  }

  #scalar(type: DataType, next: number, position: number): Datum | undefined {
    const reader = this.#reader
    if (next === QUOTE) {
      reader.string()
      return TEXT_TAKERS.has(type.kind) ? datumOfText(type, reader.text(), this.#zone) : undefined
    }
    if (next === LETTER_T || next === LETTER_F) {
      reader.literal()
      return type.kind === 'boolean' ? next === LETTER_T : undefined
    }
    if (next === OPEN_BRACE || next === OPEN_BRACKET) {
      reader.skip()
      return undefined
    }
    if (next !== 0x2d && (next < 0x30 || next > 0x39)) throw reader.fault('a value')
    const whole = reader.number()
    return NUMBER_TAKERS.has(type.kind) ? datumOfNumber(type, reader.rawFrom(position), whole) : undefined
  }
}
const TEXT_TAKERS: ReadonlySet<DataType['kind']> = new Set(['double', 'timestamp', 'date', 'binary'])
const NUMBER_TAKERS: ReadonlySet<DataType['kind']> = new Set(['int', 'long', 'double', 'timestamp'])

const SAMPLES_MAX = 5

/** The rows of one batch as they come, column by column. */
class Rows {
  readonly #spec: DecoderSpec
  readonly #columns: Datum[][]
  readonly #kept: number[] = []
  readonly #samples: MalformedSample[] = []
  #malformed = 0

  constructor(spec: DecoderSpec) {
    this.#spec = spec
    this.#columns = spec.schema.fields.map(() => [])
  }

  add(record: number, row: readonly Datum[]): void {
    this.#kept.push(record)
    for (const [slot, column] of this.#columns.entries()) column.push(row[slot] as Datum)
  }

  noteMalformed(record: number, fault: JsonFault): void {
    this.#malformed++
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push({ record, message: `byte ${fault.position}: ${fault.message}` })
  }

  finish(records: number): Decoded {
    return {
      columns: this.#spec.schema.fields.map((one, slot): Vector => vectorOf(one.type, this.#columns[slot] as Datum[])),
      kept: this.#kept.length === records ? null : Int32Array.from(this.#kept),
      malformed: { count: this.#malformed, samples: this.#samples },
    }
  }
}

const rawText = ({ bytes, starts, ends }: Records, record: number): string =>
  textOf(bytes, starts[record] as number, ends[record] as number)

function malformedRecord(records: Records, record: number, fault: JsonFault): MillraceError {
  const start = records.starts[record] as number
  // 100 characters have at most 400 bytes.
  const head = textOf(records.bytes, start, Math.min(records.ends[record] as number, start + 400))
  const shown = [...head].slice(0, 100).join('')
  const where = `Record ${record + 1} of the batch from ${records.origin}`
  return new MillraceError('MALFORMED_RECORD', `${where} is malformed at byte ${fault.position}: ${fault.message}. It begins: ${shown}`, {
    details: { origin: records.origin, record: record + 1, position: fault.position },
  })
}
