/**
 * The real disk. A file that vanishes while a folder is listed is left out; every other failure is the system's own error. What is durable: the contents and
 * length of a file after its `sync` (fdatasync; F_FULLFSYNC on macOS), an entry after the sync of its folder. Where folders cannot be opened (Windows) or do
 * not know syncing (some network file systems), an entry is as durable as the system makes it.
 */
import { constants, fdatasync, readFileSync, statSync, writeSync } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Disk, FileInfo, WritableFile } from './io.ts'

const CHUNK_BYTES = 1024 * 1024
/** So much is copied into the system's cache in a few microseconds; to hand it to another thread costs ten times as much (bench/checkpoint). */
const APPEND_NOW_BYTES_MAX = 64 * 1024

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

  async *read(path, { start = 0, end = Number.POSITIVE_INFINITY, signal, memory } = {}) {
    const file = await open(path, 'r')
    try {
      for (let position = start; position < end; ) {
        signal?.throwIfAborted()
        const size = Math.min(CHUNK_BYTES, end - position)
        const chunk = memory?.(size) ?? new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
        const { bytesRead } = await file.read(chunk, 0, size, position)
        if (bytesRead === 0) return
        position += bytesRead
        yield chunk.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  },

  readNow(path) {
    try {
      return new Uint8Array(readFileSync(path))
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },

  existsNow(path) {
    try {
      return statSync(path, { throwIfNoEntry: false }) !== undefined
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  },

  async makeFolder(path) {
    const missing: string[] = []
    let level = resolve(path)
    for (; (await realDisk.stat(level)) === null; level = dirname(level)) missing.unshift(level)
    // Whoever made the deepest folder that is there may have died before its sync.
    await syncEntry(level).catch(unlessForbidden)
    for (const one of missing) {
      const isMade = await mkdir(one).then(() => true, unlessFolder(one))
      await syncEntry(one).catch(async (error: unknown) => {
        // Whoever came next would find it, and no sync would make it durable any more.
        if (isMade) await rmdir(one).catch(() => undefined)
        throw error
      })
    }
    if (missing.length === 0) await mkdir(level).catch(unlessFolder(level))
  },

  async create(path) {
    return writable(await open(path, 'ax'))
  },

  async open(path) {
    return writable(await open(path, constants.O_WRONLY | constants.O_APPEND))
  },

  link: (path, newPath) => link(path, newPath),

  replace: (path, newPath) => rename(path, newPath),

  async writeAgain(path, start, bytes) {
    // Not for appending: there the system would write at the end, whatever the position.
    const file = await open(path, 'r+')
    try {
      for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, start + done)).bytesWritten
      await file.datasync()
    } finally {
      await file.close()
    }
  },

  async remove(path) {
    await unlink(path).catch(unlessMissing)
  },

  async removeFolder(path) {
    const found = await lstat(path).catch(unlessMissing)
    if (found === undefined) return
    if (!found.isDirectory()) throw Object.assign(new Error(`ENOTDIR: not a directory, removeFolder '${path}'`), { code: 'ENOTDIR', path })
    await rm(path, { recursive: true, force: true })
  },

  async syncFolder(path) {
    if (process.platform === 'win32') return
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      await folder.sync().catch(unlessNotKnown)
    } finally {
      await folder.close()
    }
  },
}

function writable(file: FileHandle): WritableFile {
  return {
    async append(bytes) {
      const isSmall = bytes.length <= APPEND_NOW_BYTES_MAX && file.fd >= 0
      for (let start = 0; start < bytes.length; ) {
        const length = bytes.length - start
        start += isSmall ? writeSync(file.fd, bytes, start, length) : (await file.write(bytes, start, length)).bytesWritten
      }
    },
    // The same as file.datasync(), with half of its overhead; a closed file says so itself.
    sync: () => (file.fd >= 0 ? datasync(file.fd) : file.datasync()),
    close: () => file.close(),
  }
}

const datasync = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => fdatasync(fd, (error) => (error === null ? resolve() : reject(error))))

const syncEntry = (path: string): Promise<void> => realDisk.syncFolder(dirname(path))

const unless =
  (...codes: readonly string[]) =>
  (error: unknown): undefined => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
const unlessMissing = unless('ENOENT', 'ENOTDIR')
/** A folder of others, which we may pass and not open: nothing in it is ours. */
const unlessForbidden = unless('EACCES', 'EPERM')
const unlessNotKnown = unless('EINVAL', 'ENOTSUP')
const unlessFolder =
  (path: string) =>
  async (error: unknown): Promise<undefined> => {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await realDisk.stat(path))?.isDirectory
    if (!there) throw error
  }

const isMissing = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
