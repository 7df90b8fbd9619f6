/** Datums as expressions meet them: mostly near each other, so that they compare and compute; sometimes at the edges where lanes, texts and calendars break. */
import fc from 'fast-check'
import type { DataType, StructType } from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import type { Batch, Vector } from '../../src/data/vector.ts'
import { vectorOf } from '../../src/data/vector-builder.ts'

const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 9): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd })

const ints = mostly(fc.integer({ min: -6, max: 6 }), fc.oneof(fc.constantFrom(2147483647, -2147483648, 65536, 46341), fc.integer()))
const longs = mostly(
  fc.bigInt({ min: -6n, max: 6n }),
  fc.oneof(
    fc.constantFrom(2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 63n - 1n, -(2n ** 63n), 3037000500n, 2n ** 31n, 10n ** 16n),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ),
  19,
)
const doubles = mostly(
  fc.integer({ min: -24, max: 24 }).map((n) => n / 8),
  fc.oneof(
    fc.constantFrom(Number.NaN, -0, Infinity, -Infinity, 5e-324, 1e300, 2 ** 53, 2 ** 63, -(2 ** 63), 2.675, 1e21, 2147483648),
    fc.double(),
  ),
  6,
)
/** Texts that are not only letters: casts read them, quotes and escapes break careless code, surrogates break careless lengths. */
export const oddTexts: readonly string[] = [
  ...['1', '-7', ' 12 ', '2.5', '1e3', 'NaN', 'true', 'No', '9223372036854775808', '2147483648'],
  ...['2026-02-28', '2026-02-28 03:04:05.678', '0001-01-01', '9999-12-31T23:59:59Z', '2026-13-01', '2026-02-28 03:04:05 Europe/Berlin'],
  ...["'", '"', '`', `\${x}`, '*/', '\\', '\u2028', '\u0000', '__proto__', 'constructor', '\ud800', '\udc00x', '\uFFFD', '𝄞a', 'ß', ' é '],
]
const texts = mostly(
  fc.constantFrom('', 'a', 'b', 'ab', 'A', 'aab', 'b a', 'é'),
  fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary', maxLength: 20 })),
  3,
)
const timestamps = mostly(
  fc.oneof(
    fc.integer({ min: 0, max: 300_000_000 }).map((micros) => 1_767_225_600_000_000n + BigInt(micros) * 37n),
    fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
  ),
  fc.oneof(
    fc.constantFrom(-62_135_596_800_000_000n, 253_402_300_799_999_999n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n) + 1n, -1n, 86_399_999_999n),
    fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
  ),
  14,
)
const dates = mostly(
  fc.integer({ min: 20_400, max: 20_800 }),
  fc.oneof(fc.constantFrom(-719_162, 2_932_896, 0, -1, 59, 60), fc.integer({ min: -719_162, max: 2_932_896 })),
  5,
)

export function datums(type: DataType, nulls = 6): fc.Arbitrary<Datum> {
  return nulls === 0 ? present(type) : fc.option(present(type), { freq: nulls })
}
function present(type: DataType): fc.Arbitrary<Datum> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean()
    case 'int':
      return ints
    case 'long':
      return longs
    case 'double':
      return doubles
    case 'string':
      return texts
    case 'binary':
      return fc.uint8Array({ maxLength: 3 })
    case 'timestamp':
      return timestamps
    case 'date':
      return dates
    case 'null':
      return fc.constant(null)
    case 'struct': {
      // A window has both its ends.
      const isWindow = type.fields[0]?.name === 'start'
      return fc.tuple(...type.fields.map((one) => datums(one.type, isWindow ? 0 : 6)))
    }
  }
}

/** A batch in which each column has nulls or none, and each string its form. */
export function batches(schema: StructType, maxRows: number): fc.Arbitrary<Batch> {
  return fc
    .integer({ min: 0, max: maxRows })
    .chain((length) => fc.tuple(...schema.fields.map((one) => column(one.type, length))).map((columns) => ({ schema, length, columns })))
}
function column(type: DataType, length: number): fc.Arbitrary<Vector> {
  return fc
    .tuple(fc.constantFrom(0, 6, 6, 2), fc.boolean())
    .chain(([nulls, asSlices]) =>
      fc
        .array(datums(type, nulls), { minLength: length, maxLength: length })
        .map((values) => (asSlices ? sliced(vectorOf(type, values)) : vectorOf(type, values))),
    )
}

/** The strings of the vector as slices of bytes, also within structs. Lone surrogates become U+FFFD, and now and then bytes that are no UTF-8. */
function sliced(vector: Vector): Vector {
  if (vector.kind === 'struct') return { ...vector, children: vector.children.map(sliced) }
  if (vector.kind !== 'string' || vector.form !== 'dictionary') return vector
  const encoder = new TextEncoder()
  const parts = Array.from(vector.codes, (code) => {
    const bytes = encoder.encode(vector.dictionary[code] ?? '')
    return bytes.length === 3 && bytes[0] === 0xef ? bytes.subarray(0, 2) : bytes
  })
  const lengths = Int32Array.from(parts, (part) => part.length)
  const bytes = new Uint8Array(lengths.reduce((sum, one) => sum + one, 3))
  const offsets = new Int32Array(parts.length)
  let at = 3
  for (const [row, part] of parts.entries()) {
    offsets[row] = at
    bytes.set(part, at)
    at += part.length
  }
  return { kind: 'string', form: 'slices', length: vector.length, validity: vector.validity, bytes, offsets, lengths }
}
