/**
 * In a process of its own: what an epoch with so many changed keys costs until they are durable, through the provider of state that queries with a checkpoint
 * use; beside it LMDB, which puts the same keys in one transaction that is synced; and how long it takes to make the state again.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { realIo } from 'millrace/testing'
import { root } from '../measure.ts'

const { DurableStateProvider } = (await import(
  join(root, 'dist/engine/state/durable-state.js')
)) as typeof import('../../dist/engine/state/durable-state.js')
const { longType } = (await import(join(root, 'dist/data/data-type.js'))) as typeof import('../../dist/data/data-type.js')

type Steps = ConstructorParameters<typeof DurableStateProvider>[0]['steps']
type Step = ReturnType<Steps>[number]

export interface StateFigures {
  /** Encode, append and sync: what the checkpoint adds to the epoch. */
  readonly commitSeconds: readonly number[]
  readonly putSeconds: readonly number[]
  /** Null where there is no LMDB. */
  readonly lmdbSeconds: readonly number[] | null
  readonly restoreSeconds: number
  readonly restoredRows: number
  readonly bytesPerRow: number
}

const provider = (folder: string, runnerEpoch: number, steps: readonly Step[]) =>
  new DurableStateProvider({
    disk: realIo.disk,
    folder,
    runnerEpoch,
    memoryBytesMax: null,
    steps: () => steps,
    onRestored: () => undefined,
  })
const schema = { operatorId: 'bench', keyTypes: [longType], valueTypes: [longType, longType], expiry: null }

export async function stateFigures(folder: string, keys: number, epochs: number): Promise<StateFigures> {
  const state = join(folder, 'state')
  await realIo.disk.makeFolder(state)
  const writing = provider(state, 1, [])
  const store = await writing.open(schema)
  const steps: Step[] = []
  const [commitSeconds, putSeconds]: [number[], number[]] = [[], []]
  let bytes = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const from = performance.now()
    for (let key = 0; key < keys; key++) store.put([BigInt(key)], [BigInt(epoch), BigInt(key)])
    const put = performance.now()
    const commit = await store.commit(epoch)
    await writing.sync()
    const done = performance.now()
    steps.push({ epoch, commit })
    // The first epoch grows the table; changes of what is there are what a long run has.
    if (epoch === 0) continue
    putSeconds.push((put - from) / 1000)
    commitSeconds.push((done - put) / 1000)
    bytes += commit.file?.sizeBytes ?? commit.inline?.length ?? 0
  }
  await writing.close()
  const lmdbSeconds = await lmdbPuts(folder, keys, epochs)
  const from = performance.now()
  const reading = provider(state, 2, steps)
  const restored = await reading.open(schema)
  const restoreSeconds = (performance.now() - from) / 1000
  const restoredRows = restored.metrics.rows
  if (restored.get([BigInt(keys - 1)])?.[0] !== BigInt(epochs - 1)) throw new Error('What was restored is not what was written.')
  await reading.close()
  rmSync(state, { recursive: true, force: true })
  return { commitSeconds, putSeconds, lmdbSeconds, restoreSeconds, restoredRows, bytesPerRow: bytes / (keys * (epochs - 1)) }
}

async function lmdbPuts(folder: string, keys: number, epochs: number): Promise<number[] | null> {
  const lmdb = await import('lmdb').catch(() => null)
  if (lmdb === null) return null
  const path = join(folder, 'lmdb')
  const database = lmdb.open<Buffer, number>({ path, encoding: 'binary', mapSize: 2 ** 32, overlappingSync: false })
  const value = Buffer.alloc(16)
  const seconds: number[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const from = performance.now()
    await database.transaction(() => {
      for (let key = 0; key < keys; key++) {
        value.writeBigInt64LE(BigInt(epoch), 0)
        value.writeBigInt64LE(BigInt(key), 8)
        database.put(key, value)
      }
    })
    if (epoch > 0) seconds.push((performance.now() - from) / 1000)
  }
  await database.close()
  rmSync(path, { recursive: true, force: true })
  return seconds
}
