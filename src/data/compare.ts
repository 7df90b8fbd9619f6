/** The order and equality of datums, as Spark has them: NaN equals itself and is greatest, −0 equals 0, strings by code point, binaries unsigned. */
import type { DataType } from './data-type.ts'
import type { Datum } from './datum.ts'

/** Negative, zero or positive. Null is first; the caller gives nulls a meaning of their own where SQL does. */
export function compareDatums(type: DataType, a: Datum, b: Datum): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  switch (type.kind) {
    case 'double':
      return compareDoubles(a as number, b as number)
    case 'string':
      return compareStrings(a as string, b as string)
    case 'binary':
      return compareBytes(a as Uint8Array, b as Uint8Array)
    case 'struct':
      for (const [index, one] of type.fields.entries()) {
        const order = compareDatums(one.type, (a as readonly Datum[])[index] ?? null, (b as readonly Datum[])[index] ?? null)
        if (order !== 0) return order
      }
      return 0
    default:
      return a === b ? 0 : (a as number) < (b as number) ? -1 : 1
  }
}

export function equalDatums(type: DataType, a: Datum, b: Datum): boolean {
  return compareDatums(type, a, b) === 0
}

function compareDoubles(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  if (Number.isNaN(b)) return -1
  return a === b ? 0 : a < b ? -1 : 1
}

/** By code point, which is the order of the UTF-8 bytes; JavaScript's own order is by UTF-16 unit, where astral characters come before U+E000. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x !== y) return byCodePoint(x) - byCodePoint(y)
  }
  return a.length - b.length
}
/** Moves surrogates above all other units. */
const byCodePoint = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const order = (a[index] as number) - (b[index] as number)
    if (order !== 0) return order
  }
  return a.length - b.length
}
