/** How each scalar kind stands on the wire: with fixed or compact lengths, with null or without. */
import { protocolFault } from '../wire/fault.ts'
import type { WireReader } from '../wire/wire-reader.ts'
import type { WireWriter } from '../wire/wire-writer.ts'
import type { ScalarKind } from './definition.ts'

/** A codec whose types are known to the definition alone. */
export interface ValueCodec {
  /** The fewest bytes of a value. */
  readonly bytesMin: number
  read(reader: WireReader): unknown
  write(writer: WireWriter, value: unknown): void
}

/** `path` names the field in messages. */
export function scalarCodec(kind: ScalarKind, nullable: boolean, flexible: boolean, path: string): ValueCodec {
  switch (kind) {
    case 'string':
      return withNull(flexible ? compactString : plainString, nullable, path)
    case 'bytes':
      return withNull(flexible ? compactBytes : plainBytes, nullable, path)
    case 'records':
      return withNull(flexible ? compactRecords : plainRecords, nullable, path)
    default:
      return fixed[kind]
  }
}

const codec = <T>(bytesMin: number, read: (reader: WireReader) => T, write: (writer: WireWriter, value: T) => void): ValueCodec => ({
  bytesMin,
  read,
  write: (writer, value) => write(writer, value as T),
})

const fixed = {
  bool: codec<boolean>(
    1,
    (reader) => reader.bool(),
    (writer, value) => writer.bool(value),
  ),
  int8: codec<number>(
    1,
    (reader) => reader.int8(),
    (writer, value) => writer.int8(value),
  ),
  int16: codec<number>(
    2,
    (reader) => reader.int16(),
    (writer, value) => writer.int16(value),
  ),
  uint16: codec<number>(
    2,
    (reader) => reader.uint16(),
    (writer, value) => writer.uint16(value),
  ),
  int32: codec<number>(
    4,
    (reader) => reader.int32(),
    (writer, value) => writer.int32(value),
  ),
  uint32: codec<number>(
    4,
    (reader) => reader.uint32(),
    (writer, value) => writer.uint32(value),
  ),
  int64: codec<number>(
    8,
    (reader) => reader.int64(),
    (writer, value) => writer.int64(value),
  ),
  int64Near: codec<number>(
    8,
    (reader) => reader.int64Near(),
    (writer, value) => writer.int64(value),
  ),
  float64: codec<number>(
    8,
    (reader) => reader.float64(),
    (writer, value) => writer.float64(value),
  ),
  uuid: codec<string>(
    16,
    (reader) => reader.uuid(),
    (writer, value) => writer.uuid(value),
  ),
}

const plainString = codec<string | null>(
  2,
  (reader) => reader.nullableString(),
  (writer, value) => writer.nullableString(value),
)
const compactString = codec<string | null>(
  1,
  (reader) => reader.compactNullableString(),
  (writer, value) => writer.compactNullableString(value),
)
const plainBytes = codec<Uint8Array | null>(
  4,
  (reader) => reader.nullableBytes(),
  (writer, value) => writer.nullableBytes(value),
)
const compactBytes = codec<Uint8Array | null>(
  1,
  (reader) => reader.compactNullableBytes(),
  (writer, value) => writer.compactNullableBytes(value),
)

type Pieces = Uint8Array | readonly Uint8Array[] | null
const sizeOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, one) => sum + one.length, 0)
const plainRecords = codec<Pieces>(
  4,
  (reader) => reader.nullableBytes(),
  (writer, value) => {
    if (value === null || value instanceof Uint8Array) writer.nullableBytes(value)
    else {
      writer.int32(sizeOf(value))
      for (const piece of value) writer.raw(piece)
    }
  },
)
const compactRecords = codec<Pieces>(
  1,
  (reader) => reader.compactNullableBytes(),
  (writer, value) => {
    if (value === null || value instanceof Uint8Array) writer.compactNullableBytes(value)
    else {
      writer.uvarint(sizeOf(value) + 1)
      for (const piece of value) writer.raw(piece)
    }
  },
)

function withNull(inner: ValueCodec, nullable: boolean, path: string): ValueCodec {
  if (nullable) return inner
  return {
    bytesMin: inner.bytesMin,
    read: (reader) => inner.read(reader) ?? reader.fault(`${path} is null`),
    write: (writer, value) => (value === null ? protocolFault(`${path} is null`) : inner.write(writer, value)),
  }
}
