/** The answer to one fetch, which several partitions stand in: its memory goes back when the last of them is read, unless something refers to it for good. */
export interface FrameOwner {
  /** The memory will hold another fetch. */
  release(): void
  /** The memory is left to who refers to it. */
  keep(): void
}

export class SharedFrame {
  readonly #owner: FrameOwner
  #parts: number
  #kept = false

  constructor(owner: FrameOwner, parts: number) {
    this.#owner = owner
    this.#parts = parts
    if (parts === 0) owner.release()
  }

  /** Something refers to the bytes for good. */
  keep(): void {
    this.#kept = true
  }

  /** Nobody will read the part of one partition any more. */
  partDone(): void {
    if (--this.#parts > 0) return
    if (this.#kept) this.#owner.keep()
    else this.#owner.release()
  }
}
