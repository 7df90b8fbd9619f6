/**
 * Zstandard: Node's own from 22.15 on, otherwise the optional package @bokuweb/zstd-wasm. Neither is loaded before it is needed.
 *
 * The package takes the memory that a frame announces or that it is given where there is no announcement (frames of the Java client, which streams). So the
 * heads of the frame and its blocks are read here first: they say how much it can be.
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
  init(): Promise<void>
  compress(bytes: Uint8Array, level: number): Uint8Array
  /** `defaultHeapSize` is the room for what does not announce its size. */
  decompress(bytes: Uint8Array, options: { readonly defaultHeapSize: number }): Uint8Array
}

/** An optional package: not known when this is compiled. */
const PACKAGE: string = '@bokuweb/zstd-wasm'
const LEVEL = 3
const MAGIC = 0xfd2fb528
/** Kinds of blocks, and the most that one holds. */
const [REPEATED, COMPRESSED] = [1, 2]
const BLOCK_BYTES_MAX = 131_072

/** Undefined if neither is there. */
export async function loadZstd(node: ZstdOfNode = zlib as ZstdOfNode): Promise<CompressionCodec | undefined> {
  const { zstdCompressSync: compress, zstdDecompressSync: decompress } = node
  if (compress !== undefined && decompress !== undefined)
    return { name: 'zstd', compress: (bytes) => compress(bytes), decompress: decompressorOf('zstd', decompress) }
  const wasm = await import(PACKAGE).then(
    (one: ZstdPackage) => one.init().then(() => one),
    () => undefined,
  )
  return (
    wasm && {
      name: 'zstd',
      compress: (bytes) => wasm.compress(bytes, LEVEL),
      decompress: (bytes, sizeMax) => decompressed(wasm, bytes, sizeMax),
    }
  )
}

function decompressed(wasm: ZstdPackage, bytes: Uint8Array, sizeMax: number): Uint8Array {
  const { announced, bound } = frameSize(bytes)
  if (announced !== undefined && announced > bound) fault(`announces ${announced} bytes, and can have ${bound}`)
  if (announced !== undefined && announced > sizeMax) fault(`announces ${announced} bytes, more than ${sizeMax}`)
  try {
    return wasm.decompress(bytes, { defaultHeapSize: Math.min(bound, sizeMax) })
  } catch (error) {
    return fault(`is damaged or has more than ${sizeMax} bytes: ${(error as Error).message}`)
  }
}

/** What the head of a frame announces, if it does, and the most that its blocks can hold. */
function frameSize(bytes: Uint8Array): { readonly announced: number | undefined; readonly bound: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 5 || view.getUint32(0, true) !== MAGIC) fault('does not begin as a frame does')
  const descriptor = view.getUint8(4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number)
  let at = sizeAt + sizeBytes
  if (at > bytes.length) fault('ends within its head')
  let bound = 0
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) fault('ends within a block')
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    const [type, size] = [(head >>> 1) & 3, head >>> 3]
    isLast = (head & 1) !== 0
    bound += type === COMPRESSED ? BLOCK_BYTES_MAX : size
    at += 3 + (type === REPEATED ? 1 : size)
  }
  if (at > bytes.length) fault('ends within a block')
  return { announced: announcedSize(view, sizeAt, sizeBytes), bound }
}

function announcedSize(view: DataView, at: number, sizeBytes: number): number | undefined {
  switch (sizeBytes) {
    case 0:
      return undefined
    case 1:
      return view.getUint8(at)
    case 2:
      // One byte says the sizes below.
      return view.getUint16(at, true) + 256
    case 4:
      return view.getUint32(at, true)
    default:
      return Number(view.getBigUint64(at, true))
  }
}

function fault(why: string): never {
  return recordsFault(`it is compressed with zstd, and ${why}`)
}
