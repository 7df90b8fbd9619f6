/**
 * Which batches a reader of committed records passes over. The broker names, with each fetch, the transactions that were aborted and touch it: their producer
 * and where they began. From there the producer's transactional batches are aborted until its abort marker; a producer may have several such ranges in one fetch.
 */
import type { BatchCursor } from './batch-cursor.ts'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export class AbortedTransactions {
  readonly #coming: readonly AbortedTransaction[]
  readonly #open = new Set<number>()
  #next = 0

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Whether the batch belongs to an aborted transaction. Is asked of each batch once, in order; of control batches too, which end transactions. */
  covers(batch: BatchCursor, isAbortMarker: boolean): boolean {
    for (let next = this.#coming[this.#next]; next !== undefined && next.firstOffset <= batch.lastOffset; next = this.#coming[++this.#next])
      this.#open.add(next.producerId)
    if (!batch.isTransactional || this.#open.size === 0) return false
    const { producerId } = batch
    if (batch.isControl) {
      if (isAbortMarker) this.#open.delete(producerId)
      return false
    }
    return this.#open.has(producerId)
  }
}
