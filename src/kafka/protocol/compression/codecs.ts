/**
 * How record batches are compressed. gzip is Node's own; the other codecs come with packages of the user's choice and are loaded when they are first needed, so
 * that nobody pays for what is not used.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { MillraceError } from '../../../error.ts'
import { recordsFault } from '../wire/fault.ts'

export interface CompressionCodec {
  readonly name: CompressionName
  compress(bytes: Uint8Array): Uint8Array
  /** Throws KAFKA_RECORDS_DAMAGED if the bytes cannot be decompressed, or if there would be more than `sizeMax`. */
  decompress(bytes: Uint8Array, sizeMax: number): Uint8Array
}

/** In the order of their numbers in the attributes of a batch. */
export const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionName = (typeof compressionNames)[number]

const gzip: CompressionCodec = {
  name: 'gzip',
  compress: (bytes) => gzipSync(bytes),
  decompress: (bytes, sizeMax) => {
    try {
      return gunzipSync(bytes, { maxOutputLength: sizeMax })
    } catch (error) {
      return recordsFault(`gzip says: ${(error as Error).message}`, { sizeMax })
    }
  },
}
const loaded = new Map<number, CompressionCodec>([[1, gzip]])

/** Makes the codec of this number ready. */
export async function loadCodec(compression: number): Promise<CompressionCodec> {
  return loadedCodec(compression)
}

/** The codec of this number, which was loaded. */
export function loadedCodec(compression: number): CompressionCodec {
  const codec = loaded.get(compression)
  if (codec !== undefined) return codec
  const name = compressionNames[compression]
  throw new MillraceError('KAFKA_RECORD_FORMAT', `Records are compressed with ${name ?? `codec ${compression}`}, which is not loaded.`, {
    details: { compression },
  })
}
