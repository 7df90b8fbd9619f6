/**
 * A query of the embedded engine, as the API sees it (RunningQuery): opens its parts, runs the loop, remembers how it went and tells listeners.
 * Nothing here throws after `start`: what goes wrong ends the query and is kept in `exception`.
 */
import { MillraceError } from '../../error.ts'
import { crashPoint } from '../../io/crash-point.ts'
import type {
  ExplainMode,
  RunningQuery,
  StreamingQueryListener,
  StreamingQueryProgress,
  StreamingQueryStatus,
} from '../../plan/contracts/backend.ts'
import type { Sink } from '../../plan/contracts/sink.ts'
import type { Checkpoint, Recovery } from '../checkpoint/checkpoint.ts'
import { blame, inCheckpoint } from './blame.ts'
import { ProgressHistory } from './progress.ts'
import { type LoopParts, QueryLoop } from './query-loop.ts'
import type { SourceRunner } from './source-runner.ts'

export interface QueryParts extends Omit<LoopParts, 'sink' | 'recovery' | 'signal' | 'onStatus' | 'onProgress' | 'onIdle' | 'onCaughtUp'> {
  readonly checkpoint: Checkpoint
  readonly openSink: (signal: AbortSignal) => Promise<Sink>
  readonly makeSources: (signal: AbortSignal) => readonly SourceRunner[]
  readonly explain: (mode: ExplainMode) => string
  readonly listener: StreamingQueryListener
  readonly signal: AbortSignal | null
}

/** What has to be closed when the query ends. */
interface Opened {
  readonly sources: SourceRunner[]
  sink: Sink | null
  recovery: Recovery | null
  claimed: boolean
}

export class EmbeddedQuery implements RunningQuery {
  readonly id: string
  readonly runId: string
  readonly name: string | null
  readonly #parts: Omit<QueryParts, 'sources'>
  readonly #stop = new AbortController()
  readonly #history = new ProgressHistory()
  readonly #ended: Promise<void>
  #loop: QueryLoop | null = null
  #status: StreamingQueryStatus = { message: 'Initializing sources', isDataAvailable: false, isTriggerActive: false }
  #exception: MillraceError | null = null
  #active = true
  #waitingForAll: { readonly planning: number; readonly resolve: () => void }[] = []

  constructor(parts: Omit<QueryParts, 'sources'>) {
    this.#parts = parts
    this.id = parts.id
    this.runId = parts.runId
    this.name = parts.name
    const stop = (): void => this.#stop.abort()
    parts.signal?.addEventListener('abort', stop, { once: true })
    if (parts.signal?.aborted) stop()
    this.#ended = this.#run().finally(() => parts.signal?.removeEventListener('abort', stop))
  }

  get isActive(): boolean {
    return this.#active
  }
  get status(): StreamingQueryStatus {
    return this.#status
  }
  get lastProgress(): StreamingQueryProgress | null {
    return this.#history.last
  }
  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.#history.recent
  }
  get exception(): MillraceError | null {
    return this.#exception
  }
  explain(mode: ExplainMode = 'simple'): string {
    return this.#parts.explain(mode)
  }

  async awaitTermination(timeoutMs?: number): Promise<boolean> {
    if (timeoutMs !== undefined && this.#active) {
      const timer = new AbortController()
      const timeout = this.#parts.io.clock.sleep(timeoutMs, { signal: timer.signal }).then(
        () => undefined,
        () => undefined,
      )
      await Promise.race([this.#ended, timeout])
      timer.abort()
      if (this.#active) return false
    }
    await this.#ended
    if (this.#exception !== null) throw this.#exception
    return true
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#parts.waiter.wake()
    await this.#ended
  }

  async processAllAvailable(): Promise<void> {
    if (this.#active) {
      await new Promise<void>((resolve) => {
        this.#waitingForAll.push({ planning: this.#loop?.nextPlanning ?? 1, resolve })
        this.#parts.waiter.wake()
      })
    }
    if (this.#exception !== null) throw this.#exception
  }

  async #run(): Promise<void> {
    // `start` has to return before the first event is told.
    await this.#parts.io.clock.yieldNow()
    const { signal } = this.#stop
    const opened: Opened = { sources: [], sink: null, recovery: null, claimed: false }
    try {
      this.#tell((listener) => listener.onQueryStarted?.({ id: this.id, runId: this.runId, name: this.name, timestamp: this.#now() }))
      const { sink, recovery } = await this.#open(opened, signal)
      this.#loop = new QueryLoop({
        ...this.#parts,
        sources: opened.sources,
        sink,
        recovery,
        signal,
        onStatus: (status) => {
          this.#status = status
        },
        onProgress: (progress) => {
          this.#history.add(progress)
          this.#tell((listener) => listener.onQueryProgress?.({ progress }))
        },
        onIdle: () => {
          // A query that waits writes nothing, and finds out here that it was taken over.
          this.#parts.checkpoint.checkFence()
          this.#tell((listener) => listener.onQueryIdle?.({ id: this.id, runId: this.runId, timestamp: this.#now() }))
        },
        onCaughtUp: (planning) => this.#caughtUp(planning),
      })
      if (!signal.aborted) await this.#loop.run()
    } catch (error) {
      if (!signal.aborted) this.#exception = this.#causeOf(asMillraceError(error))
    }
    await this.#close(opened)
  }

  /** A runner that slept while another one took over finds files gone that it needs: the other removed them. So does one whose checkpoint was removed. */
  #causeOf(error: MillraceError): MillraceError {
    if (!['CHECKPOINT_DAMAGED', 'CHECKPOINT_FAILED', 'SOURCE_FAILED', 'SINK_FAILED'].includes(error.code)) return error
    try {
      this.#parts.checkpoint.checkFence()
      return error
    } catch (cause) {
      return MillraceError.is(cause) ? cause : error
    }
  }

  /** In the order that checkpoint.ts asks for. What was opened is in `opened`, also when a later step fails. */
  async #open(opened: Opened, signal: AbortSignal): Promise<{ readonly sink: Sink; readonly recovery: Recovery }> {
    const { checkpoint, pipeline, sinkTitle } = this.#parts
    this.#say('Claiming the checkpoint')
    // What fails behind the claim within it has to be released too.
    opened.claimed = true
    const claim = await inCheckpoint(() => checkpoint.claim())
    const inSink = <T>(run: () => Promise<T>): Promise<T> => blame('SINK_FAILED', `The ${sinkTitle} sink`, run)
    const sink = await inSink(() => this.#parts.openSink(signal))
    opened.sink = sink
    const token = claim === null ? null : await inSink(async () => (await sink.fence?.(claim.runner, claim.committed)) ?? null)
    this.#say('Reading the journal')
    const recovery = await inCheckpoint(() => checkpoint.recover(token))
    opened.recovery = recovery
    const { committed, inDoubt } = recovery.recovered
    this.#say('Initializing sources')
    for (const source of this.#parts.makeSources(signal)) {
      opened.sources.push(source)
      const position = committed?.begin.ranges[source.id]?.end ?? inDoubt?.ranges[source.id]?.start ?? null
      await source.open(position, await inCheckpoint(() => checkpoint.sourceLog(source.id)))
    }
    this.#say('Restoring state')
    await inCheckpoint(() => pipeline.open(recovery.state, inDoubt?.watermarks ?? committed?.commit.nextWatermarks ?? null))
    recovery.restored()
    crashPoint('recovery.state')
    return { sink, recovery }
  }

  async #close({ sources, sink, recovery, claimed }: Opened): Promise<void> {
    crashPoint('stop.requested')
    const closing = [...sources.map((source) => source.close()), sink?.close(), this.#parts.pipeline.close(), recovery?.journal.close()]
    const results = await Promise.allSettled(closing)
    if (claimed) results.push(...(await Promise.allSettled([inCheckpoint(() => this.#parts.checkpoint.release())])))
    for (const result of results) {
      if (result.status === 'rejected') this.#exception ??= asMillraceError(result.reason)
    }
    this.#active = false
    this.#status = {
      message: this.#exception === null ? 'Stopped' : `Terminated with exception: ${this.#exception.message}`,
      isDataAvailable: false,
      isTriggerActive: false,
    }
    for (const waiting of this.#waitingForAll) waiting.resolve()
    this.#waitingForAll = []
    this.#tell((listener) => listener.onQueryTerminated?.({ id: this.id, runId: this.runId, exception: this.#exception }))
  }

  #say(message: string): void {
    this.#status = { message, isDataAvailable: false, isTriggerActive: false }
  }

  #caughtUp(planning: number): void {
    const done = this.#waitingForAll.filter((waiting) => waiting.planning <= planning)
    this.#waitingForAll = this.#waitingForAll.filter((waiting) => waiting.planning > planning)
    for (const waiting of done) waiting.resolve()
  }

  #now(): string {
    return new Date(this.#parts.io.clock.nowMs()).toISOString()
  }

  /** A listener that throws is its own affair: it never ends the query. */
  #tell(tell: (listener: StreamingQueryListener) => void): void {
    try {
      tell(this.#parts.listener)
    } catch {
      // The session's own listener manager reports what user listeners throw; see api.
    }
  }
}

function asMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new MillraceError('QUERY_FAILED', `The query ended with an error: ${message}.`, { cause: error })
}
