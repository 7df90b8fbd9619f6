/** A memory budget: whoever allocates arrays for state takes their bytes here first. Tables of one query share one. */
import { MillraceError } from '../../error.ts'

export class StateMemory {
  readonly bytesMax: number | null
  readonly #shared: StateMemory | null
  #bytes = 0

  constructor(bytesMax: number | null = null, shared: StateMemory | null = null) {
    this.bytesMax = bytesMax
    this.#shared = shared
  }

  get bytes(): number {
    return this.#bytes
  }

  /** An account of its own within this budget. */
  share(): StateMemory {
    return new StateMemory(null, this)
  }

  /** Throws STATE_TOO_LARGE, and takes nothing, where the budget has not so many bytes left. */
  take(bytes: number): void {
    if (!this.has(bytes)) this.#refuse(bytes)
    this.add(bytes)
  }
  has(bytes: number): boolean {
    return (this.bytesMax === null || this.#bytes + bytes <= this.bytesMax) && (this.#shared?.has(bytes) ?? true)
  }
  /** What must not fail is counted, and refused with the next that may. Negative: given back. */
  add(bytes: number): void {
    this.#bytes += bytes
    this.#shared?.add(bytes)
  }

  #refuse(bytes: number): never {
    const budget = this.#budget
    throw new MillraceError(
      'STATE_TOO_LARGE',
      `The state would take ${budget.bytes + bytes} bytes of memory, and ${budget.bytesMax} are allowed.`,
      {
        details: { bytes: budget.bytes + bytes, bytesMax: budget.bytesMax },
      },
    )
  }
  get #budget(): StateMemory {
    return this.bytesMax === null && this.#shared !== null ? this.#shared.#budget : this
  }
}
