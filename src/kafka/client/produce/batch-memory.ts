/** Memory of batches that are written, for batches that are to be filled: growing one from nothing each time costs as much as filling it. */
import type { RecordBatchBuilder } from '../../protocol/records/record-batch-builder.ts'

const KEPT_MAX = 16

export class BatchMemory {
  readonly #free: Uint8Array[] = []

  /** Nobody reads the bytes any more. */
  give(bytes: Uint8Array): void {
    if (this.#free.length < KEPT_MAX) this.#free.push(bytes)
  }

  /** For a builder that is empty. */
  lend(builder: RecordBatchBuilder): void {
    const bytes = this.#free.pop()
    if (bytes !== undefined) builder.recycle(bytes)
  }
}
