/** Gives state rows out as batches, column by column, in the order of their keys. */
import type { StructType } from '../../../data/data-type.ts'
import { BATCH_ROWS_TARGET, type Vector } from '../../../data/vector.ts'
import type { StateColumn } from '../../state/state-column.ts'
import type { Emit } from '../operator.ts'
import type { LaneAggregate } from './lane-aggregates.ts'
import { orderRows } from './row-order.ts'

export interface OutputParts {
  readonly schema: StructType
  readonly id: string
  /** In the order of rows and of the output; a session's start and end are already one column. */
  readonly keys: readonly OutputKey[]
  /** Columns of keys that are the same where those before them are: they do not order. */
  readonly implied: readonly StateColumn[]
  readonly aggregates: readonly LaneAggregate[]
}
/** A column of the state, or a struct made of two. */
export type OutputKey = StateColumn | { readonly start: StateColumn; readonly end: StateColumn }

export function emitRows(rows: Int32Array, { schema, id, keys, implied, aggregates }: OutputParts, emit: Emit): void {
  const ordered = orderRows(
    keys.flatMap((one) => ('start' in one ? [one.start, one.end] : [one])),
    implied,
    rows,
  )
  for (let from = 0; from < rows.length; from += BATCH_ROWS_TARGET) {
    const part = ordered.rows.subarray(from, from + BATCH_ROWS_TARGET)
    const { length } = part
    const keyVector = (column: StateColumn): Vector => {
      const text = ordered.texts.get(column)
      if (text === undefined) return column.gather(part)
      const codes = text.codes.slice(from, from + length)
      return { kind: 'string', form: 'dictionary', length, validity: validityOf(codes), codes, dictionary: text.dictionary }
    }
    const columns = keys.map(
      (one): Vector =>
        'start' in one
          ? { kind: 'struct', length, validity: null, children: [one.start.gather(part), one.end.gather(part)] }
          : keyVector(one),
    )
    for (const one of aggregates) columns.push(one.result(part))
    emit({ schema, length, columns }, { source: id, partition: '0' })
  }
}

function validityOf(codes: Int32Array): Uint8Array | null {
  let bits: Uint8Array | null = null
  for (let at = 0; at < codes.length; at++) {
    if ((codes[at] as number) >= 0) continue
    bits ??= new Uint8Array((codes.length + 7) >> 3).fill(0xff)
    bits[at >> 3] = (bits[at >> 3] as number) & ~(1 << (at & 7))
  }
  return bits
}
