/**
 * How record batches are compressed, by the numbers that stand in their attributes. gzip is Node's own, snappy and lz4 are ours; zstd may need a package and is
 * loaded before it is used (zstd.ts), so that reading and writing records never wait.
 *
 * Whatever the bytes are, a codec takes memory for at most `sizeMax`, and throws KAFKA_RECORDS_DAMAGED only.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { MillraceError } from '../../../error.ts'
import { lz4Compress, lz4Decompress } from './lz4.ts'
import { decompressorOf } from './node-decompressor.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'
import { loadZstd } from './zstd.ts'

export interface CompressionCodec {
  readonly name: CompressionName
  compress(bytes: Uint8Array): Uint8Array
  /** Throws KAFKA_RECORDS_DAMAGED if the bytes cannot be decompressed, or if there would be more than `sizeMax`. */
  decompress(bytes: Uint8Array, sizeMax: number): Uint8Array
}

/** In the order of their numbers in the attributes of a batch. */
export const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionName = (typeof compressionNames)[number]
export const compressionNumber = (name: CompressionName): number => compressionNames.indexOf(name)

const codecs: (CompressionCodec | undefined)[] = [
  { name: 'none', compress: (bytes) => bytes, decompress: (bytes) => bytes },
  { name: 'gzip', compress: (bytes) => gzipSync(bytes), decompress: decompressorOf('gzip', gunzipSync) },
  { name: 'snappy', compress: snappyCompress, decompress: snappyDecompress },
  { name: 'lz4', compress: lz4Compress, decompress: lz4Decompress },
]

/** Makes the codec of this number or name ready. Throws KAFKA_CODEC_MISSING if it needs a package that is not installed. */
export async function loadCodec(compression: number | CompressionName): Promise<CompressionCodec> {
  const number = typeof compression === 'number' ? compression : compressionNumber(compression)
  if (compressionNames[number] === 'zstd') codecs[number] ??= await loadZstd()
  return loadedCodec(number)
}

/** The codec of this number. Throws KAFKA_CODEC_MISSING if it must be loaded first, and was not. */
export function loadedCodec(compression: number): CompressionCodec {
  const codec = codecs[compression]
  if (codec !== undefined) return codec
  const details = { compression }
  const name = compressionNames[compression]
  if (name === undefined)
    throw new MillraceError('KAFKA_RECORD_FORMAT', `Records are compressed with codec ${compression}, which is not known.`, { details })
  throw new MillraceError('KAFKA_CODEC_MISSING', `Records are compressed with ${name}, which this Node does not have.`, {
    details,
    hint: 'Install @bokuweb/zstd-wasm, or run on Node 22.15 or later.',
  })
}
