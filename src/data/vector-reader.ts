/** Reads datums out of vectors: the row-at-a-time view that the interpreter, sinks and state keys use. */
import type { Datum } from './datum.ts'
import type { Vector } from './vector.ts'

/** Gives the datum at a row, null where the validity says so. */
export type DatumReader = (row: number) => Datum

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

export const isValid = (validity: Uint8Array | null, row: number): boolean =>
  validity === null || ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0

export function readerOf(vector: Vector): DatumReader {
  const read = presentReader(vector)
  const { validity } = vector
  return validity === null ? read : (row) => (isValid(validity, row) ? read(row) : null)
}

function presentReader(vector: Vector): DatumReader {
  switch (vector.kind) {
    case 'null':
      return () => null
    case 'boolean':
      return (row) => vector.values[row] !== 0
    case 'int':
    case 'date':
    case 'double':
      return (row) => vector.values[row] as number
    case 'long':
    case 'timestamp': {
      const { values } = vector
      return values instanceof Float64Array ? (row) => BigInt(values[row] as number) : (row) => values[row] as bigint
    }
    case 'string':
      if (vector.form === 'dictionary') return (row) => vector.dictionary[vector.codes[row] as number] as string
      return (row) => utf8.decode(slice(vector, row))
    case 'binary':
      return (row) => slice(vector, row).slice()
    case 'struct': {
      const children = vector.children.map(readerOf)
      return (row) => children.map((child) => child(row))
    }
  }
}

function slice(
  vector: { readonly bytes: Uint8Array; readonly offsets: Int32Array; readonly lengths: Int32Array },
  row: number,
): Uint8Array {
  const start = vector.offsets[row] as number
  return vector.bytes.subarray(start, start + (vector.lengths[row] as number))
}
