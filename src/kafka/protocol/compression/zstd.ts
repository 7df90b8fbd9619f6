/**
 * Zstandard: Node's own from 22.15 on, otherwise the optional package @bokuweb/zstd-wasm. Neither is loaded before it is needed.
 *
 * The package takes the memory that a frame announces, so the announcement is read here first. Where there is none (a frame that was streamed, as the Java
 * client does) it is given more and more room, up to the limit.
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
const FIRST_ROOM_MIN = 65_536
/** How much more room than bytes is tried first. */
const FIRST_GUESS = 8

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
  const announced = announcedSize(bytes)
  if (announced !== undefined && announced > sizeMax) fault(`announces ${announced} bytes, more than ${sizeMax}`)
  let room = announced ?? Math.max(FIRST_ROOM_MIN, FIRST_GUESS * bytes.length)
  for (;;)
    try {
      room = Math.min(room, sizeMax)
      return wasm.decompress(bytes, { defaultHeapSize: room })
    } catch (error) {
      if (announced !== undefined || room >= sizeMax) fault(`is damaged or has more than ${sizeMax} bytes: ${(error as Error).message}`)
      room *= 2
    }
}

/** The size that the head of the frame announces, if it does. */
function announcedSize(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 5 || view.getUint32(0, true) !== MAGIC) fault('does not begin as a frame does')
  const descriptor = view.getUint8(4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number)
  if (at + sizeBytes > bytes.length) fault('ends within its head')
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
