/**
 * A column of the state table: one datum for each row, in lanes of typed arrays; texts and binaries lie in an arena beside them. Rows are null until they are
 * set. A row owns its bytes: no two rows share them, so setting a row may write over what it had.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Vector } from '../../data/vector.ts'
import { BytesColumn } from './bytes-column.ts'
import { InternedColumn } from './interned-column.ts'
import { LongColumn } from './long-column.ts'
import { NullColumn } from './null-column.ts'
import { NumberColumn } from './number-column.ts'
import type { RowLanes } from './row-space.ts'
import type { StateMemory } from './state-memory.ts'
import { StructColumn } from './struct-column.ts'

export interface StateColumn extends RowLanes {
  readonly type: DataType
  /** Bytes of texts and binaries that rows own now. */
  readonly textBytes: number
  get(row: number): Datum
  isNull(row: number): boolean
  set(row: number, datum: Datum): void
  /** Makes the row null and gives its bytes back. */
  clear(row: number): void
  copy(from: number, to: number): void
  /** The same, and `from` is null after it; bytes only change their owner. */
  move(from: number, to: number): void
  /** Makes sure that the next `set` or `copy` of this datum, or of the datum of the row, needs no memory. Throws STATE_TOO_LARGE. */
  reserve(datum: Datum): void
  reserveRow(row: number): void
  /** As data/hash.ts has it. */
  hash(row: number, seed: number): number
  /** Any hash, for look-ups in memory. */
  mix(row: number, seed: number): number
  /** Whether SQL's grouping takes the two for the same. */
  equal(a: number, b: number): boolean
  /** The rows as a vector, in their order. What lies under a null is 0. */
  gather(rows: Int32Array): Vector
  /** Sets the row to an entry of a vector of the column's type. */
  load(row: number, vector: Vector, index: number): void
  /** A share of the work that keeps arenas from wasting memory: looks at so many rows at most. Not while two epochs' values are there. */
  tidy(rowsMax: number): void
}

export function columnsOf(types: readonly DataType[], memory: StateMemory): readonly StateColumn[] {
  return types.map((type) => columnOf(type, memory))
}

/** Keys come again and again: each distinct text or struct is kept once. */
export function keyColumnsOf(types: readonly DataType[], memory: StateMemory): readonly StateColumn[] {
  return types.map((type) => {
    const column = columnOf(type, memory)
    return type.kind === 'string' || type.kind === 'binary' || type.kind === 'struct' ? new InternedColumn(column, memory) : column
  })
}

function columnOf(type: DataType, memory: StateMemory): StateColumn {
  switch (type.kind) {
    case 'null':
      return new NullColumn(type)
    case 'boolean':
    case 'int':
    case 'date':
    case 'double':
      return new NumberColumn(type)
    case 'long':
    case 'timestamp':
      return new LongColumn(type)
    case 'string':
    case 'binary':
      return new BytesColumn(type, memory)
    case 'struct':
      return new StructColumn(
        type,
        type.fields.map((one) => columnOf(one.type, memory)),
      )
  }
}
