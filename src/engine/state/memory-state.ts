/** State in memory: a map per key group, and what is needed to take an epoch back. */
import type { Datum } from '../../data/datum.ts'
import { KEY_GROUPS, keyGroup } from '../../data/hash.ts'
import { encodeKey } from '../../data/key-codec.ts'
import type { StateCommit, StateEntry, StateMetrics, StateProvider, StateSchema, StateStore } from './contract.ts'

export class MemoryStateProvider implements StateProvider {
  open(schema: StateSchema): Promise<StateStore> {
    return Promise.resolve(new MemoryStateStore(schema))
  }
  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** What an entry costs beside its texts: the map's slot, two arrays, the entry. */
const ENTRY_BYTES = 160
const DATUM_BYTES = 16

class MemoryStateStore implements StateStore {
  readonly #schema: StateSchema
  readonly #groups: Map<string, StateEntry>[] = Array.from({ length: KEY_GROUPS }, () => new Map())
  /** The entries that the epoch changed, as they were before it. */
  readonly #before = new Map<string, { readonly group: number; readonly entry: StateEntry | undefined }>()
  #rows = 0
  #bytes = 0
  #removed = 0

  constructor(schema: StateSchema) {
    this.#schema = schema
  }

  get(key: readonly Datum[]): readonly Datum[] | undefined {
    return this.#group(key).get(this.#text(key))?.value
  }

  put(key: readonly Datum[], value: readonly Datum[]): void {
    this.#set(keyGroup(this.#schema.keyTypes, key), this.#text(key), { key, value })
  }

  remove(key: readonly Datum[]): void {
    this.#removed++
    this.#set(keyGroup(this.#schema.keyTypes, key), this.#text(key), undefined)
  }

  *entries(): Iterable<StateEntry> {
    for (const group of this.#groups) yield* group.values()
  }

  get metrics(): StateMetrics {
    return { rows: this.#rows, updatedRows: this.#before.size - this.#removed, removedRows: this.#removed, memoryBytes: this.#bytes }
  }

  commit(): Promise<StateCommit> {
    this.#before.clear()
    this.#removed = 0
    return Promise.resolve({ files: [] })
  }

  rollback(): void {
    for (const [text, { group, entry }] of this.#before) this.#write(group, text, entry)
    this.#before.clear()
    this.#removed = 0
  }

  #text(key: readonly Datum[]): string {
    return encodeKey(this.#schema.keyTypes, key)
  }
  #group(key: readonly Datum[]): Map<string, StateEntry> {
    return this.#groups[keyGroup(this.#schema.keyTypes, key)] as Map<string, StateEntry>
  }

  #set(group: number, text: string, entry: StateEntry | undefined): void {
    if (!this.#before.has(text)) this.#before.set(text, { group, entry: this.#groups[group]?.get(text) })
    this.#write(group, text, entry)
  }

  #write(group: number, text: string, entry: StateEntry | undefined): void {
    const map = this.#groups[group] as Map<string, StateEntry>
    const old = map.get(text)
    if (old !== undefined) {
      this.#rows--
      this.#bytes -= sizeOf(text, old)
    }
    if (entry === undefined) {
      map.delete(text)
      return
    }
    map.set(text, entry)
    this.#rows++
    this.#bytes += sizeOf(text, entry)
  }
}

function sizeOf(text: string, { key, value }: StateEntry): number {
  let bytes = ENTRY_BYTES + 2 * text.length + DATUM_BYTES * (key.length + value.length)
  for (const datum of value) {
    if (typeof datum === 'string') bytes += 2 * datum.length
    else if (datum instanceof Uint8Array) bytes += datum.length
  }
  return bytes
}
