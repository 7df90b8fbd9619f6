/**
 * A transient source and the world outside that feeds it. The world numbers its events and sends each once; what the source has in its memory when its process
 * dies is gone. It notes which events the engine confirmed, so that a test can say: those are in the output once, all others at most once.
 */
import { field, longType, structType } from '../../src/data/data-type.ts'
import { batchFromDatums } from '../../src/data/vector-builder.ts'
import type { Source, SourceBatch, SourceContext, SourceLatest, SourceOffset, SourceProvider } from '../../src/plan/contracts/source.ts'

/** Events that a process gets at most, and those that arrive between two looks. */
const EVENTS_PER_START = 5
const EVENTS_AT_ONCE = 2
const PARTITION = 'wire'

export interface OutsideState {
  readonly sent: number
  readonly confirmed: readonly number[]
}
export const NOTHING_SENT: OutsideState = { sent: 0, confirmed: [] }

/** The world, as one process meets it. */
export class Outside {
  state: OutsideState

  constructor(state: OutsideState) {
    this.state = state
  }
  send(): number {
    const { sent } = this.state
    this.state = { ...this.state, sent: sent + 1 }
    return sent
  }
  confirm(events: readonly number[]): void {
    this.state = { ...this.state, confirmed: [...this.state.confirmed, ...events] }
  }
}

/** The format's name is `lossy`; its one column is `n BIGINT`, the number of the event. */
export function lossySource(outside: Outside): SourceProvider {
  return {
    format: 'lossy',
    options: {},
    userSchema: 'none',
    describe: () => ({ schema: structType([field('n', longType)]), hidden: [], guarantee: 'transient', decoder: null, title: 'a wire' }),
    open: (context) => Promise.resolve(new LossySource(outside, context)),
  }
}

class LossySource implements Source {
  readonly #outside: Outside
  readonly #context: SourceContext
  /** What arrived and is not confirmed. */
  #memory: number[] = []
  /** The position of the first event in memory; the first position that the engine names is that of the first event. */
  #first: number | null = null
  #left = EVENTS_PER_START

  constructor(outside: Outside, context: SourceContext) {
    this.#outside = outside
    this.#context = context
  }

  initialOffset(): Promise<SourceOffset> {
    return Promise.resolve({ [PARTITION]: 0 })
  }

  latestOffset(start: SourceOffset): Promise<SourceLatest> {
    this.#first ??= positionOf(start)
    for (let count = 0; count < EVENTS_AT_ONCE && this.#left > 0; count++, this.#left--) this.#memory.push(this.#outside.send())
    const end = { [PARTITION]: this.#first + this.#memory.length }
    return Promise.resolve({ end, caughtUp: this.#left === 0 ? [PARTITION] : [], latest: end })
  }

  async *read(start: SourceOffset, end: SourceOffset): AsyncGenerator<SourceBatch> {
    const first = this.#first ?? 0
    const events = this.#memory.slice(positionOf(start) - first, positionOf(end) - first)
    const columns = this.#context.supplied
    if (events.length > 0)
      yield {
        kind: 'columns',
        partition: PARTITION,
        batch: batchFromDatums(
          columns,
          events.map((event) => columns.fields.map(() => BigInt(event))),
        ),
      }
  }

  commit(end: SourceOffset): Promise<void> {
    const done = this.#memory.splice(0, positionOf(end) - (this.#first ?? 0))
    this.#outside.confirm(done)
    this.#first = positionOf(end)
    return Promise.resolve()
  }

  waitForData(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const positionOf = (offset: SourceOffset): number => Number(offset[PARTITION] ?? 0)
