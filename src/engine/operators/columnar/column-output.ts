/** Gives state rows out as batches, column by column, in the order of their keys. */
import type { StructType } from '../../../data/data-type.ts'
import type { Vector } from '../../../data/vector.ts'
import { takeVector } from '../../../data/vector-builder.ts'
import { InternedColumn } from '../../state/interned-column.ts'
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
  const columns = keys.flatMap((one) => ('start' in one ? [one.start, one.end] : [one]))
  const order = orderRows(columns, implied, rows)
  const values = new Map(columns.map((one, index) => [one, valuesOf(one, order.ids[index] ?? null)]))
  const places = new Map(columns.map((one, index) => [one, index]))
  for (let part = order.next(); part !== null; part = order.next()) {
    const { rows: own, ranks } = part
    const { length } = own
    const vectorOf = (column: StateColumn): Vector => {
      const known = values.get(column) ?? null
      const lane = ranks[places.get(column) as number] ?? null
      if (known === null || lane === null) return column.gather(own)
      return known.kind === 'string' ? dictionaryVector(known, lane) : takeVector(known, lane)
    }
    const vectors = keys.map(
      (one): Vector =>
        'start' in one ? { kind: 'struct', length, validity: null, children: [vectorOf(one.start), vectorOf(one.end)] } : vectorOf(one),
    )
    for (const one of aggregates) vectors.push(one.result(own))
    emit({ schema, length, columns: vectors }, { source: id, partition: '0' })
  }
}

/** Texts, or a vector of the values by their ranks; rank 0 is null. */
type Values = { readonly kind: 'string'; readonly dictionary: readonly string[] } | Exclude<Vector, { readonly kind: 'string' }>

function valuesOf(column: StateColumn, ids: Int32Array | null): Values | null {
  if (ids === null || !(column instanceof InternedColumn)) return null
  if (column.type.kind !== 'string') return column.gatherIds(ids) as Values
  return { kind: 'string', dictionary: Array.from(ids.subarray(1), (id) => column.pool.get(id) as string) }
}
/** `ranks` become the codes. */
function dictionaryVector({ dictionary }: Extract<Values, { readonly kind: 'string' }>, ranks: Int32Array): Vector {
  for (let at = 0; at < ranks.length; at++) ranks[at] = (ranks[at] as number) - 1
  return { kind: 'string', form: 'dictionary', length: ranks.length, validity: validityOf(ranks), codes: ranks, dictionary }
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
