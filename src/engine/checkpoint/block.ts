/**
 * Blocks: what is appended in one write and made durable by one sync. Every file of a checkpoint that grows is a row of them.
 *
 *     0  u32  magic 'MRB1'
 *     4  u32  length of the payload
 *     8  u32  number of the block in its file, from 0
 *    12  u32  checksum of the block before; for the first one, of the file's name
 *    16  u32  CRC-32 of bytes 0 to 15 and of the payload
 *    20       payload
 *
 * All numbers are little-endian.
 *
 * Fault model: one block is written at a time and synced before the next, so a crash can leave only the last one torn, in any of its sectors. A block that is
 * bad and has a good one behind it was synced once, and is damage. The checksum of the block before makes a row of blocks from another file, or with one cut
 * out, damage as well. A bad last block is taken for a torn one: whether it was once published cannot be told from the file, so whoever relies on it
 * (recovery.ts) treats what it held as not known and asks the sink.
 */
import { crc32 } from 'node:zlib'
import { MillraceError } from '../../error.ts'

const MAGIC = 0x3142524d
const HEADER_BYTES = 20
/** One write never has more: a longer one is a defect, and a longer length in a file is damage. */
export const BLOCK_BYTES_MAX = 1 << 30

export interface Block {
  readonly index: number
  /** Of the block in the file. */
  readonly offset: number
  readonly endOffset: number
  readonly checksum: number
  readonly payload: Uint8Array
}
export interface BlockScan {
  readonly blocks: readonly Block[]
  /** Where the good blocks end. */
  readonly length: number
  /** Bytes behind them: a torn write, or nothing. */
  readonly tornBytes: number
}

/** What the first block of a file names as the block before. */
export const nameChecksum = (name: string): number => crc32(name)

/** zlib takes no bytes at no address for a reset and gives 0, whatever it goes on from. */
const checksumOf = (header: Uint8Array, payload: Uint8Array): number =>
  payload.length === 0 ? crc32(header) : crc32(payload, crc32(header))

export function encodeBlock(
  index: number,
  previous: number,
  payload: Uint8Array,
): { readonly bytes: Uint8Array; readonly checksum: number } {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, payload.length, true)
  view.setUint32(8, index, true)
  view.setUint32(12, previous, true)
  bytes.set(payload, HEADER_BYTES)
  const checksum = checksumOf(bytes.subarray(0, 16), payload)
  view.setUint32(16, checksum, true)
  return { bytes, checksum }
}

/** The blocks of a file. Throws CHECKPOINT_DAMAGED where a bad one has a good one behind it. `name` is what the file's first block was chained to. */
export function scanBlocks(path: string, name: string, bytes: Uint8Array): BlockScan {
  const blocks: Block[] = []
  let previous = nameChecksum(name)
  let offset = 0
  for (;;) {
    const block = blockAt(bytes, offset)
    if (block === null || block.index !== blocks.length || block.previous !== previous) break
    blocks.push(block)
    previous = block.checksum
    offset = block.endOffset
  }
  const behind = goodBlockBehind(bytes, offset, blocks.length)
  if (behind !== null) {
    throw new MillraceError('CHECKPOINT_DAMAGED', `'${path}' is damaged: block ${blocks.length}, at byte ${offset}, is bad.`, {
      details: { path, block: blocks.length, offset, goodBlockAt: behind },
    })
  }
  return { blocks, length: offset, tornBytes: bytes.length - offset }
}

/** The payload of a block that was cut out of a file and is known by its checksum. Throws CHECKPOINT_DAMAGED. */
export function scanOneBlock(path: string, bytes: Uint8Array, checksum: number): Uint8Array {
  const block = blockAt(bytes, 0)
  if (block !== null && block.checksum === checksum && block.endOffset === bytes.length) return block.payload
  throw new MillraceError('CHECKPOINT_DAMAGED', `'${path}' is damaged: a block that the journal names is not what it was.`, {
    details: { path, checksum },
  })
}

type FoundBlock = Block & { readonly previous: number }

function blockAt(bytes: Uint8Array, offset: number): FoundBlock | null {
  if (offset + HEADER_BYTES > bytes.length) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEADER_BYTES)
  if (view.getUint32(0, true) !== MAGIC) return null
  const length = view.getUint32(4, true)
  const payloadAt = offset + HEADER_BYTES
  if (length > BLOCK_BYTES_MAX || payloadAt + length > bytes.length) return null
  const payload = bytes.subarray(payloadAt, payloadAt + length)
  const checksum = checksumOf(bytes.subarray(offset, offset + 16), payload)
  if (checksum !== view.getUint32(16, true)) return null
  return { index: view.getUint32(8, true), previous: view.getUint32(12, true), offset, endOffset: payloadAt + length, checksum, payload }
}

/**
 * The offset of a good block behind a bad one. One whose number is that of the bad block itself counts too: there the chain is what is bad. Blocks within
 * the payload of a torn one cannot be taken for it: a payload holds no numbers of the file's own blocks at an aligned chain, and their checksums differ.
 */
function goodBlockBehind(bytes: Uint8Array, from: number, expected: number): number | null {
  for (let offset = from; offset + HEADER_BYTES <= bytes.length; offset++) {
    if (bytes[offset] !== 0x4d || bytes[offset + 1] !== 0x52 || bytes[offset + 2] !== 0x42 || bytes[offset + 3] !== 0x31) continue
    const block = blockAt(bytes, offset)
    if (block !== null && block.index >= expected) return offset
  }
  return null
}
