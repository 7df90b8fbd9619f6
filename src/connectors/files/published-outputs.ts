/** For readers of folders that a file sink writes: which names are published. Keeps what it has read of each manifest, so that a look reads only what is new. */
import type { Disk, FileInfo } from '../../io/io.ts'
import { readLog } from './manifest-log.ts'
import { ManifestState } from './manifest-state.ts'
import { MANIFEST_FOLDER, nameOf, outputLayout, partIdOf } from './output-layout.ts'

export class PublishedOutputs {
  readonly #disk: Disk
  readonly #states = new Map<string, ManifestState>()

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** Whether a name in `folder`, which has `entries`, is published: every one where there is no manifest. Throws CHECKPOINT_DAMAGED. */
  async filterOf(folder: string, entries: readonly FileInfo[]): Promise<(name: string) => boolean> {
    if (!entries.some((entry) => entry.isDirectory && nameOf(entry.path) === MANIFEST_FOLDER)) return () => true
    const state = this.#states.get(folder) ?? new ManifestState()
    this.#states.set(folder, state)
    await readLog(this.#disk, outputLayout(folder).log, state)
    if (state.next === 1) return () => true
    return (name) => {
      const part = partIdOf(name)
      return part !== null && state.has(part)
    }
  }
}
