/**
 * One text per key: two keys have the same text exactly when SQL's grouping takes them for the same (−0 = 0, NaN = NaN, null = null).
 *
 * Each datum is a tag character and a self-delimiting body: `~` null, `t`/`f` boolean, `#<text>;` numbers, `"<length>:<units>` strings (UTF-16 units, so lone
 * surrogates stay apart), `'<length>:<bytes>` binaries (one unit a byte), `{…}` structs.
 */
import type { DataType } from './data-type.ts'
import type { Datum } from './datum.ts'

export function encodeKey(types: readonly DataType[], key: readonly Datum[]): string {
  let text = ''
  for (let index = 0; index < types.length; index++) text += encodeDatum(types[index] as DataType, key[index] ?? null)
  return text
}

function encodeDatum(type: DataType, datum: Datum): string {
  if (datum === null) return '~'
  switch (type.kind) {
    case 'null':
      return '~'
    case 'boolean':
      return datum === true ? 't' : 'f'
    case 'string':
      return `"${(datum as string).length}:${datum as string}`
    case 'binary':
      return `'${(datum as Uint8Array).length}:${Array.from(datum as Uint8Array, (byte) => String.fromCharCode(byte)).join('')}`
    case 'struct':
      return `{${encodeKey(
        type.fields.map((one) => one.type),
        datum as readonly Datum[],
      )}}`
    default:
      // String(-0) is '0' and String(NaN) is 'NaN': just the identity that is wanted.
      return `#${String(datum)};`
  }
}
