/** The calls on a simulated disk: how many there were, which of them fail and how, and after which the machine is off. */
import { systemError } from './disk-state.ts'

/** So much of the trace is kept at least. */
const TRACE_LENGTH = 10_000

/** The machine of a simulated disk is off: whatever a program does with it from now on has no effect. Thrown for tests to catch; a program does not handle it. */
export class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash'
}

export interface FaultOptions {
  /** Every later call fails too, until `heal`. With ENOSPC and EDQUOT only those that take space, so that removing works on a full disk. */
  readonly forever?: boolean
  /** So many bytes of the append arrive before it fails; of later ones none. */
  readonly shortWriteBytes?: number
}

/** What changes a disk, or makes a change durable. */
export type OperationKind =
  | 'append'
  | 'write-again'
  | 'sync'
  | 'create'
  | 'link'
  | 'replace'
  | 'remove'
  | 'make-folder'
  | 'remove-folder'
  | 'sync-folder'
export interface DiskOperation {
  /** 1 for the first of this disk. */
  readonly number: number
  readonly kind: OperationKind
  readonly path: string
}
export type ReadKind = 'list' | 'stat' | 'read' | 'open'

interface Fault extends FaultOptions {
  readonly number: number
  readonly code: string
}

const TAKE_SPACE: ReadonlySet<OperationKind | ReadKind> = new Set<OperationKind>(['append', 'create', 'link', 'make-folder'])
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

class Faults {
  #faults: Fault[] = []

  add(number: number, code: string, options: FaultOptions): void {
    this.#faults.push({ number, code, ...options })
  }

  clear(): void {
    this.#faults = []
  }

  /** What befalls the call with this number. */
  of(number: number, kind: OperationKind | ReadKind): Fault | undefined {
    return this.#faults.find(
      (fault) => fault.number === number || (fault.forever && fault.number < number && (!FULL.has(fault.code) || TAKE_SPACE.has(kind))),
    )
  }
}

export class DiskCalls {
  readonly operationFaults = new Faults()
  readonly readFaults = new Faults()
  onOperation: ((operation: DiskOperation) => void) | null = null
  operations = 0
  reads = 0
  crashAfter = Number.POSITIVE_INFINITY
  isOff = false
  trace: string[] = []

  /** On again, at this count of operations, without faults. */
  reset(operations: number): void {
    this.operations = operations
    this.crashAfter = Number.POSITIVE_INFINITY
    this.isOff = false
    this.heal()
  }

  heal(): void {
    this.operationFaults.clear()
    this.readFaults.clear()
  }

  assertOn(): void {
    if (this.isOff) throw new SimulatedCrash('The machine is off.')
  }

  read(kind: ReadKind, path: string): void {
    this.assertOn()
    const fault = this.readFaults.of(++this.reads, kind)
    if (fault !== undefined) throw systemError(fault.code, kind, path)
  }

  /** Counts a change and makes it, or does what is left of it when it fails. */
  change<T>(kind: OperationKind, path: string, make: () => T, { onFault, note = '' }: ChangeOptions = {}): T {
    this.assertOn()
    if (this.operations >= this.crashAfter) {
      this.isOff = true
      throw new SimulatedCrash(`The machine went off after operation ${this.operations}.`)
    }
    const number = ++this.operations
    const fault = this.operationFaults.of(number, kind)
    this.#note(`${number} ${kind} ${path}${note}${fault === undefined ? '' : ` ${fault.code}`}`)
    if (fault !== undefined) onFault?.(fault.number === number ? fault : {})
    const made = fault === undefined ? make() : null
    this.onOperation?.({ number, kind, path })
    if (fault !== undefined) throw systemError(fault.code, kind, path)
    return made as T
  }

  #note(text: string): void {
    if (this.trace.length >= 2 * TRACE_LENGTH) this.trace = this.trace.slice(-TRACE_LENGTH)
    this.trace.push(text)
  }
}
interface ChangeOptions {
  readonly onFault?: (options: FaultOptions) => void
  readonly note?: string
}
