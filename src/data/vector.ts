/**
 * Column vectors: one column of a batch, as plain data over typed arrays, so that a batch can be posted to a worker with its buffers transferred.
 * Anything that produces rows builds them (see vector-builder.ts); anything that consumes rows reads them (vector-reader.ts).
 *
 * Laws:
 * - `validity` is a bitmap, least significant bit first, bit set = value present; `null` = no nulls. The value lanes at a null position are unspecified.
 * - Lanes have exactly `length` entries, never more.
 * - A long or timestamp vector is a Float64 lane while all its values are safe integers, else a BigInt64 lane.
 * - Vectors are never changed once published.
 */
import type { StructType } from './data-type.ts'

interface VectorBase {
  readonly length: number
  readonly validity: Uint8Array | null
}
/** All values are null. */
export interface NullVector extends VectorBase {
  readonly kind: 'null'
}
/** 0 or 1 per value. */
export interface BooleanVector extends VectorBase {
  readonly kind: 'boolean'
  readonly values: Uint8Array
}
export interface IntVector extends VectorBase {
  readonly kind: 'int' | 'date'
  readonly values: Int32Array
}
export interface LongVector extends VectorBase {
  readonly kind: 'long' | 'timestamp'
  readonly values: Float64Array | BigInt64Array
}
export interface DoubleVector extends VectorBase {
  readonly kind: 'double'
  readonly values: Float64Array
}
/** Strings as slices of UTF-8 bytes, or as codes into a dictionary. Only the dictionary form can hold lone surrogates. */
export interface StringSliceVector extends VectorBase {
  readonly kind: 'string'
  readonly form: 'slices'
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
  readonly lengths: Int32Array
}
export interface StringDictionaryVector extends VectorBase {
  readonly kind: 'string'
  readonly form: 'dictionary'
  readonly codes: Int32Array
  readonly dictionary: readonly string[]
}
export interface BinaryVector extends VectorBase {
  readonly kind: 'binary'
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
  readonly lengths: Int32Array
}
export interface StructVector extends VectorBase {
  readonly kind: 'struct'
  readonly children: readonly Vector[]
}
export type Vector =
  | NullVector
  | BooleanVector
  | IntVector
  | LongVector
  | DoubleVector
  | StringSliceVector
  | StringDictionaryVector
  | BinaryVector
  | StructVector

/** Some thousands of rows: vectors of equal length, one per field of the schema, in its order. */
export interface Batch {
  readonly schema: StructType
  readonly length: number
  readonly columns: readonly Vector[]
}

/** Rows per batch that producers aim for. */
export const BATCH_ROWS_TARGET = 4096
