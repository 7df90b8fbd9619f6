/** The real disk. A file that vanishes while a folder is listed is left out; every other failure is the system's own error. */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk, FileInfo } from './io.ts'

const CHUNK_BYTES = 1024 * 1024

export const realDisk: Disk = {
  async list(path) {
    const names = (await readdir(path)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const infos: FileInfo[] = []
    for (const name of names) {
      const info = await realDisk.stat(join(path, name))
      if (info !== null) infos.push(info)
    }
    return infos
  },

  async stat(path) {
    try {
      const found = await stat(path)
      return { path, sizeBytes: found.size, modifiedMs: Math.floor(found.mtimeMs), isDirectory: found.isDirectory() }
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },

  async *read(path, { start = 0, end = Number.POSITIVE_INFINITY, signal } = {}) {
    const file = await open(path, 'r')
    try {
      for (let position = start; position < end; ) {
        signal?.throwIfAborted()
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, end - position))
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
        if (bytesRead === 0) return
        position += bytesRead
        yield bytesRead === chunk.length ? chunk : chunk.slice(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  },
}

const isMissing = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
