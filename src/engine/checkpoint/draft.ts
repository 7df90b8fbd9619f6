/**
 * A file of one block under a hidden name, whole and durable before anybody gives it its real one by a link: so what has that name is never seen half. What an
 * interrupted try left under the hidden name is replaced.
 */
import type { Disk } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import { encodeBlock, nameChecksum } from './block.ts'
import { encodeJson } from './payload.ts'

/** `chain`: what the block is chained to, in place of a block before it; see block.ts. */
export async function writeDraft(disk: Disk, path: string, chain: string, json: Json): Promise<void> {
  const { bytes } = encodeBlock(0, nameChecksum(chain), encodeJson(json, []))
  await disk.remove(path)
  const file = await disk.create(path)
  try {
    await file.append(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
