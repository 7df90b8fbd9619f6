/**
 * The format `json`: one object per record. Every byte of a record is checked, and every declared field is judged, whatever columns are wanted, so that
 * cutting columns never changes which records are malformed. record-parser.ts reads the records.
 *
 * As Spark 4: blank records are no rows; names are told apart by case; a field that is missing is null, also one declared NOT NULL; of members with the same
 * name the last counts; one value of a wrong type makes the record malformed, and under PERMISSIVE only that value is null.
 * Other than Spark: anything but white space after the object makes the record malformed (Spark overlooks it), and so does an array at the root (Spark makes
 * a row of each element). A value of a wrong type after a good one of the same name gives null (Spark keeps the good one).
 */
import type { Datum } from '../../data/datum.ts'
import type { Vector } from '../../data/vector.ts'
import { vectorOf } from '../../data/vector-builder.ts'
import type { DecoderSpec } from '../../plan/contracts/source.ts'
import type { Decoded, Decoder } from './decoder.ts'
import { MalformedLog } from './malformed-log.ts'
import { cutRecords } from './record-bounds.ts'
import { malformedRecord, RecordParser, rawText } from './record-parser.ts'

/** `why` it is interpreted, for explain. */
export function jsonRecords(spec: DecoderSpec, timeZone: string, why = ''): Decoder {
  const corruptSlot = spec.schema.fields.findIndex((one) => one.name === spec.corruptRecordColumn)
  const parser = new RecordParser(spec, timeZone)
  return {
    describe: () => `json records, interpreted${why === '' ? '' : `: ${why}`}`,
    decode: (input) => {
      const records = cutRecords(input)
      const rows = new Rows(spec)
      for (let record = 0; record < records.starts.length; record++) {
        const { row, fault } = parser.parse(records, record)
        if (fault !== null) {
          if (spec.mode === 'FAILFAST') throw malformedRecord(records, record, fault)
          rows.malformed.note(record, fault)
          if (spec.mode === 'DROPMALFORMED') continue
          if (corruptSlot >= 0 && row !== null) row[corruptSlot] = rawText(records, record)
        }
        if (row !== null) rows.add(record, row)
      }
      return rows.finish(records.starts.length)
    },
  }
}

/** The rows of one batch as they come, column by column. */
class Rows {
  readonly #spec: DecoderSpec
  readonly #columns: Datum[][]
  readonly #kept: number[] = []
  readonly malformed = new MalformedLog()

  constructor(spec: DecoderSpec) {
    this.#spec = spec
    this.#columns = spec.schema.fields.map(() => [])
  }

  add(record: number, row: readonly Datum[]): void {
    this.#kept.push(record)
    for (const [slot, column] of this.#columns.entries()) column.push(row[slot] as Datum)
  }

  finish(records: number): Decoded {
    return {
      records,
      sharesBytes: false,
      columns: this.#spec.schema.fields.map((one, slot): Vector => vectorOf(one.type, this.#columns[slot] as Datum[])),
      kept: this.#kept.length === records ? null : Int32Array.from(this.#kept),
      malformed: this.malformed.finish(),
    }
  }
}
