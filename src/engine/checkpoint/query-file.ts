/** `<location>/query`: the identity of the query that the checkpoint belongs to. Written once, when the checkpoint is made. */
import { MillraceError } from '../../error.ts'
import type { Disk } from '../../io/io.ts'
import type { Json } from '../../plan/contracts/source.ts'
import { scanBlocks } from './block.ts'
import { publishDraft, writeDraft } from './draft.ts'
import { decodeJson } from './payload.ts'
import { FORMAT_VERSION } from './segments.ts'

export interface QueryFile {
  readonly format: number
  readonly queryId: string
  readonly createdMs: number
}
const CHAIN = 'query'

/** Null where it is not there; it is whole where it is. Throws CHECKPOINT_DAMAGED, CHECKPOINT_FORMAT. */
export function parseQueryFile(path: string, bytes: Uint8Array | null): QueryFile | null {
  if (bytes === null) return null
  const [block] = scanBlocks(path, CHAIN, bytes).blocks
  if (block === undefined)
    throw new MillraceError('CHECKPOINT_DAMAGED', `'${path}' is damaged: it does not say which query it is of.`, { details: { path } })
  const file = decodeJson(block.payload, path).json as unknown as QueryFile
  if (file.format === FORMAT_VERSION) return file
  throw new MillraceError('CHECKPOINT_FORMAT', `'${path}' has format ${file.format}, and this version reads format ${FORMAT_VERSION}.`, {
    details: { path, format: file.format },
  })
}

/** Starts that may take a draft away meanwhile, each once. */
const TRIES_MAX = 10

/**
 * Published whole, by a link. A file of the same query that is there already is replaced: whoever wrote it may have failed to make its name durable, and no
 * later sync would. One of another query stays.
 */
export async function writeQueryFile(disk: Disk, location: string, file: QueryFile, runId: string): Promise<void> {
  const [path, draft] = [`${location}/query`, `${location}/.query-${runId}`]
  for (let tried = 1, isThere = false; !isThere && tried <= TRIES_MAX; tried++) {
    const found = parseQueryFile(path, disk.readNow(path))
    await writeDraft(disk, draft, CHAIN, (found ?? file) as unknown as Json)
    const isOwn = found?.queryId === file.queryId
    isThere = await publishDraft(disk, draft, () => (isOwn ? disk.replace(draft, path) : disk.link(draft, path)))
    isThere ||= !isOwn && disk.existsNow(path)
  }
  await disk.remove(draft)
  await disk.syncFolder(location)
}
