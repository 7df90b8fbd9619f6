/**
 * Zstandard: Node's own from 22.15 on, otherwise the optional package @hpcc-js/wasm-zstd. Neither is loaded before it is needed.
 *
 * The package cannot say that a stream is damaged; it then gives fewer bytes. That is found by whoever reads the records, which must fill the bytes exactly.
 */
import * as zlib from 'node:zlib'
import { recordsFault } from '../wire/fault.ts'
import type { CompressionCodec } from './codecs.ts'
import { decompressorOf } from './node-decompressor.ts'

/** What newer Nodes have; the types are of the oldest one. */
interface ZstdOfNode {
  readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array
}
interface ZstdPackage {
  readonly Zstd: { load(): Promise<WasmZstd> }
}
interface WasmZstd {
  reset(): void
  compress(bytes: Uint8Array): Uint8Array
  /** At most `sizeMax` bytes, the first. */
  decompressChunk(bytes: Uint8Array, sizeMax: number): Uint8Array
}

/** An optional package: not known when this is compiled. */
const PACKAGE: string = '@hpcc-js/wasm-zstd'
const FIRST_GUESS = 8

/** Undefined if neither is there. */
export async function loadZstd(node: ZstdOfNode = zlib as ZstdOfNode): Promise<CompressionCodec | undefined> {
  const { zstdCompressSync: compress, zstdDecompressSync: decompress } = node
  if (compress !== undefined && decompress !== undefined)
    return { name: 'zstd', compress: (bytes) => compress(bytes), decompress: decompressorOf('zstd', decompress) }
  const wasm = await import(PACKAGE).then(
    (one: ZstdPackage) => one.Zstd.load(),
    () => undefined,
  )
  return (
    wasm && { name: 'zstd', compress: (bytes) => wasm.compress(bytes), decompress: (bytes, sizeMax) => decompressed(wasm, bytes, sizeMax) }
  )
}

/** The size is not always written: memory is doubled until there is more than is used. */
function decompressed(wasm: WasmZstd, bytes: Uint8Array, sizeMax: number): Uint8Array {
  for (let room = Math.max(65_536, FIRST_GUESS * bytes.length); ; room *= 2) {
    // One more than is allowed shows that there would be more.
    const limit = Math.min(room, sizeMax + 1)
    wasm.reset()
    const opened = wasm.decompressChunk(bytes, limit)
    if (opened.length > sizeMax) recordsFault(`it is compressed with zstd, and would have more than ${sizeMax} bytes`, { sizeMax })
    if (opened.length < limit) return opened
  }
}
