/**
 * One JSON record as a row of datums, with exact semantics for every odd record there is: the oracle that json-records.ts is made of, and to which the
 * generated decoder hands whatever surprises it. Relies on json-reader.ts for syntax, json-scalars.ts for types.
 */
import { type DataType, simpleString } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { type TimeZone, timeZone as timeZoneNamed } from '../../data/time-zone.ts'
import { MillraceError } from '../../error.ts'
import type { DecoderSpec } from '../../plan/contracts/source.ts'
import type { Records } from './decoder.ts'
import { JsonFault, JsonReader, LETTER_F, LETTER_N, LETTER_T, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-reader.ts'
import { datumOfNumber, datumOfText } from './json-scalars.ts'
import { type MemberPlan, ObjectPlan } from './object-plan.ts'
import { textOf } from './text-records.ts'

/** `row` is null where the record is blank. */
export interface Parsed {
  readonly row: Datum[] | null
  readonly fault: JsonFault | null
}

export class RecordParser {
  readonly #reader = new JsonReader()
  readonly #root: ObjectPlan
  readonly #zone: TimeZone
  #typeFault: JsonFault | null = null

  constructor(spec: DecoderSpec, timeZone: string) {
    this.#root = new ObjectPlan(spec.declared, spec.schema, spec.corruptRecordColumn)
    this.#zone = timeZoneNamed(timeZone)
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

export const rawText = ({ bytes, starts, ends }: Records, record: number): string =>
  textOf(bytes, starts[record] as number, ends[record] as number)

export function malformedRecord(records: Records, record: number, fault: JsonFault): MillraceError {
  const start = records.starts[record] as number
  // 100 characters have at most 400 bytes.
  const head = textOf(records.bytes, start, Math.min(records.ends[record] as number, start + 400))
  const shown = [...head].slice(0, 100).join('')
  const where = `Record ${record + 1} of the batch from ${records.origin}`
  return new MillraceError('MALFORMED_RECORD', `${where} is malformed at byte ${fault.position}: ${fault.message}. It begins: ${shown}`, {
    details: { origin: records.origin, record: record + 1, position: fault.position },
  })
}
