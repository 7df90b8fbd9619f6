/** A file of a simulated disk that is open for appending, as its holder sees it. */
import { systemError } from './disk-state.ts'
import type { WritableFile } from './io.ts'

export interface FileCalls {
  readonly assertOpen: () => void
  readonly append: (bytes: Uint8Array) => void
  readonly sync: () => void
  readonly close: () => void
}

export function openedFile(path: string, calls: FileCalls): WritableFile {
  let isClosed = false
  const use = (call: string): void => {
    if (isClosed) throw systemError('EBADF', call, path)
    calls.assertOpen()
  }
  return {
    append: async (bytes) => {
      use('write')
      calls.append(bytes)
    },
    sync: async () => {
      use('fdatasync')
      calls.sync()
    },
    close: async () => {
      isClosed = true
      calls.close()
    },
  }
}
