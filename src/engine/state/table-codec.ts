/**
 * The state table's changes and key groups as bytes; format 1, which stays readable for ever.
 *
 *     u8 format, u8 kind (1 changes, 2 a group), for a group its number as u8, then blocks to the end:
 *     u8 what (1 rows, 2 removed keys), u16 rows (1 to 4096), the key columns, for rows then the value columns
 *
 * Columns are those of data/column-codec.ts. The types of keys and values are not in it: whoever stores the bytes knows them.
 */
import { ByteReader } from '../../data/byte-reader.ts'
import { ByteWriter } from '../../data/byte-writer.ts'
import { COLUMN_ROWS_MAX, decodeColumn, encodeColumn } from '../../data/column-codec.ts'
import type { Vector } from '../../data/vector.ts'
import { PROBE } from './key-index.ts'
import type { StateColumn } from './state-column.ts'

const FORMAT = 1
const CHANGES = 1
const GROUP = 2
const ROWS = 1
const REMOVED = 2

export interface TableColumns {
  readonly keyColumns: readonly StateColumn[]
  readonly valueColumns: readonly StateColumn[]
}
/** Called with the key in the probe; `load` sets the value columns of a row. */
export type OnRow = (load: (row: number) => void) => void

export function writeChanges({ keyColumns, valueColumns }: TableColumns, rows: Int32Array, removed: Int32Array): Uint8Array {
  const writer = new ByteWriter()
  writer.uint8(FORMAT)
  writer.uint8(CHANGES)
  writeBlocks(writer, ROWS, [...keyColumns, ...valueColumns], rows)
  writeBlocks(writer, REMOVED, keyColumns, removed)
  return writer.finish()
}

export function writeGroup({ keyColumns, valueColumns }: TableColumns, group: number, rows: Int32Array): Uint8Array {
  const writer = new ByteWriter()
  writer.uint8(FORMAT)
  writer.uint8(GROUP)
  writer.uint8(group)
  writeBlocks(writer, ROWS, [...keyColumns, ...valueColumns], rows)
  return writer.finish()
}

export function readChanges(columns: TableColumns, bytes: Uint8Array, on: { readonly row: OnRow; readonly removed: () => void }): void {
  const reader = open(bytes, CHANGES, 'changes of state')
  while (reader.remaining > 0) {
    const what = reader.uint8()
    if (what === ROWS) readRows(reader, columns, on.row)
    else if (what === REMOVED) readKeys(reader, columns, on.removed)
    else reader.damaged(`${what} is no kind of block`)
  }
}

export function readGroup(
  columns: TableColumns,
  group: number,
  bytes: Uint8Array,
  onRow: (load: (row: number) => void) => string | null,
): void {
  const reader = open(bytes, GROUP, `key group ${group} of state`)
  const found = reader.uint8()
  if (found !== group) reader.damaged(`it is group ${found}`)
  while (reader.remaining > 0) {
    const what = reader.uint8()
    if (what !== ROWS) reader.damaged(`${what} is no kind of block in a group`)
    readRows(reader, columns, (load) => {
      const wrong = onRow(load)
      if (wrong !== null) reader.damaged(wrong)
    })
  }
}

function open(bytes: Uint8Array, kind: number, what: string): ByteReader {
  const reader = new ByteReader(bytes, what)
  const format = reader.uint8()
  if (format !== FORMAT) reader.damaged(`it has format ${format}, and this version reads format ${FORMAT}`)
  if (reader.uint8() !== kind) reader.damaged('it is something else')
  return reader
}

function writeBlocks(writer: ByteWriter, what: number, columns: readonly StateColumn[], rows: Int32Array): void {
  for (let from = 0; from < rows.length; from += COLUMN_ROWS_MAX) {
    const part = rows.subarray(from, from + COLUMN_ROWS_MAX)
    writer.uint8(what)
    writer.uint8(part.length & 0xff)
    writer.uint8(part.length >> 8)
    for (const column of columns) encodeColumn(writer, column.type, column.gather(part))
  }
}

function blockRows(reader: ByteReader): number {
  const rows = reader.uint8() | (reader.uint8() << 8)
  if (rows === 0 || rows > COLUMN_ROWS_MAX) reader.damaged(`a block cannot have ${rows} rows`)
  return rows
}
function readRows(reader: ByteReader, { keyColumns, valueColumns }: TableColumns, onRow: OnRow): void {
  const rows = blockRows(reader)
  const keys = keyColumns.map((one) => decodeColumn(reader, one.type, rows))
  const values = valueColumns.map((one) => decodeColumn(reader, one.type, rows))
  let index = 0
  const load = (row: number): void => {
    for (let at = 0; at < values.length; at++) (valueColumns[at] as StateColumn).load(row, values[at] as Vector, index)
  }
  for (; index < rows; index++) {
    for (let at = 0; at < keys.length; at++) (keyColumns[at] as StateColumn).load(PROBE, keys[at] as Vector, index)
    onRow(load)
  }
}
function readKeys(reader: ByteReader, { keyColumns }: TableColumns, onKey: () => void): void {
  const rows = blockRows(reader)
  const keys = keyColumns.map((one) => decodeColumn(reader, one.type, rows))
  for (let index = 0; index < rows; index++) {
    for (let at = 0; at < keys.length; at++) (keyColumns[at] as StateColumn).load(PROBE, keys[at] as Vector, index)
    onKey()
  }
}
