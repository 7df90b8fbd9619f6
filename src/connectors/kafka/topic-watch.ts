/**
 * Which partitions there are now: looked up when the source opens, and from then on every `discoveryMs` in the background, so that planning never
 * waits for it.
 *
 * A topic that was deleted and made again has other records at the same offsets. Which topic positions belong to is known by its id, kept in the source's log under
 * the checkpoint: a later id means that it is another topic, until `adopt` says that positions are of the new one.
 */
import { MillraceError } from '../../error.ts'
import type { Io } from '../../io/io.ts'
import type { TopicPartition } from '../../kafka/client/topic-partition.ts'
import type { SourceEvent, SourceLog } from '../../plan/contracts/source.ts'
import { nameOf } from './partition-name.ts'
import { type SelectedTopics, selectedTopics, type TopicDirectory, type TopicSelection } from './topic-selection.ts'

export interface TopicWatchOptions {
  readonly selection: TopicSelection
  readonly directory: TopicDirectory
  readonly discoveryMs: number
  readonly clock: Io['clock']
  readonly log: SourceLog | null
  readonly signal: AbortSignal
  readonly report: (event: SourceEvent) => void
  readonly onChange: () => void
}

export class TopicWatch {
  readonly #options: TopicWatchOptions
  readonly #ids = new Map<string, string>()
  #selected: SelectedTopics = { partitions: [], ids: new Map(), missing: [] }
  #names: ReadonlySet<string> = new Set()
  readonly #closing = new AbortController()
  #looking: Promise<void> | null = null

  constructor(options: TopicWatchOptions) {
    this.#options = options
  }

  /** Reads the log, looks for the first time, and from now on again and again. */
  async open(): Promise<void> {
    const { log } = this.#options
    if (log !== null) for await (const entry of log.read(log.first, log.length)) this.#remember(idsOf(entry))
    await this.look()
    void this.#run()
  }

  /** Looks only when it is told to. */
  close(): void {
    this.#closing.abort()
  }

  get partitions(): readonly TopicPartition[] {
    return this.#selected.partitions
  }
  get missing(): readonly string[] {
    return this.#selected.missing
  }
  has(name: string): boolean {
    return this.#names.has(name)
  }
  /** Whether the topic is another one than positions belong to. */
  isRecreated(topic: string): boolean {
    const [id, known] = [this.#selected.ids.get(topic) ?? null, this.#ids.get(topic)]
    return id !== null && known !== undefined && id !== known
  }

  /** Looks now. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  /** From now on positions are of the topics that are there now. Durable when it resolves. */
  async adopt(topics: Iterable<string>): Promise<void> {
    const ids: Record<string, string> = {}
    for (const topic of topics) {
      const id = this.#selected.ids.get(topic) ?? null
      if (id !== null && this.#ids.get(topic) !== id) ids[topic] = id
    }
    if (Object.keys(ids).length === 0) return
    await this.#options.log?.append([new TextEncoder().encode(JSON.stringify(ids))])
    this.#remember(ids)
  }

  async #run(): Promise<void> {
    const { clock, discoveryMs, report } = this.#options
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await clock.sleep(discoveryMs, { signal, unref: true })
        await this.look()
      } catch (error) {
        if (!signal.aborted) report({ kind: 'retrying', message: `New partitions could not be looked for: ${String(error)}` })
      }
    }
  }

  async #look(): Promise<void> {
    const { selection, directory, signal, onChange } = this.#options
    const selected = await selectedTopics(selection, directory, signal)
    const before = this.#names
    this.#selected = selected
    this.#names = new Set(selected.partitions.map(nameOf))
    await this.adopt([...selected.ids.keys()].filter((topic) => !this.#ids.has(topic)))
    const changed = before.size !== this.#names.size || [...this.#names].some((name) => !before.has(name))
    if (changed || [...selected.ids.keys()].some((topic) => this.isRecreated(topic))) onChange()
  }

  #remember(ids: Readonly<Record<string, string>>): void {
    for (const [topic, id] of Object.entries(ids)) this.#ids.set(topic, id)
  }
}

function idsOf(entry: Uint8Array): Readonly<Record<string, string>> {
  try {
    return JSON.parse(new TextDecoder().decode(entry)) as Record<string, string>
  } catch (error) {
    throw new MillraceError('CHECKPOINT_DAMAGED', 'The log of the Kafka source has an entry that is none.', { cause: error })
  }
}
