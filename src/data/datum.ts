/**
 * A datum: one value of a column in the engine's own form, as the interpreter's kernels and state keys use it.
 * What TypeScript users see of it is another thing: see surface.ts.
 *
 * | type | datum |
 * |---|---|
 * | boolean | boolean |
 * | int, double | number (int: whole, in 32 bits) |
 * | date | number: days since 1970-01-01 |
 * | long | bigint, in 64 bits |
 * | timestamp | bigint: microseconds since 1970-01-01T00:00:00Z |
 * | string | string, well-formed: what is no character (a lone surrogate, bytes that are no UTF-8) is U+FFFD |
 * | binary | Uint8Array |
 * | struct | array of the fields' datums, in order |
 * | any, SQL NULL | null |
 */
export type Datum = null | boolean | number | bigint | string | Uint8Array | readonly Datum[]

/** The text with U+FFFD for each lone surrogate, which no UTF-8 can carry. */
export const wellFormed = (text: string): string => text.toWellFormed()

export const INT_MIN = -2147483648
export const INT_MAX = 2147483647
export const LONG_MIN = -9223372036854775808n
export const LONG_MAX = 9223372036854775807n
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z, in microseconds. */
export const TIMESTAMP_MIN = -62135596800000000n
export const TIMESTAMP_MAX = 253402300799999999n
/** 0001-01-01 and 9999-12-31, in days. */
export const DATE_MIN = -719162
export const DATE_MAX = 2932896
