/**
 * Any sequence of calls, any faults among them, any power cut: what was durable before is there after, whole, and nothing is there that nobody wrote. The model
 * knows no disk: for each name and each file it only keeps what its caller may rely on.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WritableFile } from './io.ts'
import type { PowerCut } from './power-cut.ts'
import { SimulatedDisk } from './simulated-disk.ts'

interface ModelFile {
  readonly handle: WritableFile
  readonly written: number[]
  /** Bytes that a sync made durable before any sync of the file failed. */
  sure: number
  failed: boolean
}
interface ModelFolder {
  readonly now: Map<string, ModelFile>
  /** What stands in the folder whatever happens: a file, nothing (null), or who knows (missing). */
  readonly sure: Map<string, ModelFile | null>
  readonly changed: Set<string>
}
const folders = ['/a', '/b'] as const
const names = ['f', 'g', 'h'] as const
const place = fc.record({ folder: fc.constantFrom(...folders), name: fc.constantFrom(...names) })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('create' as const), at: place }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), at: place, length: fc.integer({ min: 0, max: 1500 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sync' as const), at: place, fails: fc.integer({ min: 0, max: 9 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('writeAgain' as const),
      at: place,
      from: fc.nat({ max: 2 }),
      fails: fc.integer({ min: 0, max: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('link' as const), at: place, to: place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace' as const), at: place, to: place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('syncFolder' as const), at: place, fails: fc.integer({ min: 0, max: 9 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
const cut: fc.Arbitrary<PowerCut> = fc
  .record({
    unsynced: fc.constantFrom('lost', 'kept', 'torn', 'torn', 'torn'),
    tornAt: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
    subset: fc.option(fc.nat(), { nil: undefined }),
    entries: fc.option(fc.constantFrom('lost', 'kept'), { nil: undefined }),
    lengths: fc.option(fc.constantFrom('kept', 'arrived'), { nil: undefined }),
  })
  .map((drawn) => Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as unknown as PowerCut)

class Model {
  readonly folders = new Map<string, ModelFolder>(
    folders.map((path) => [path, { now: new Map(), sure: new Map(names.map((name) => [name, null])), changed: new Set() }]),
  )
  readonly #disk: SimulatedDisk
  #value = 0

  constructor(disk: SimulatedDisk) {
    this.#disk = disk
  }

  folder(path: string): ModelFolder {
    const found = this.folders.get(path)
    if (found === undefined) throw new Error(`no folder ${path}`)
    return found
  }

  async run(one: Step): Promise<void> {
    const { folder: path, name } = one.at
    const folder = this.folder(path)
    const file = folder.now.get(name)
    if (one.kind === 'syncFolder') return this.#syncFolder(path, one.fails === 0)
    if (one.kind === 'create') {
      if (file === undefined)
        this.#name(folder, name, { handle: await this.#disk.create(`${path}/${name}`), written: [], sure: 0, failed: false })
    } else if (file === undefined) return
    else if (one.kind === 'append') await this.#append(file, one.length)
    else if (one.kind === 'sync') await this.#sync(file, one.fails === 0)
    else if (one.kind === 'writeAgain') await this.#writeAgain(file, `${path}/${name}`, one)
    else if (one.kind === 'replace') await this.#replace({ path, name, file }, one.to)
    else if (one.kind === 'remove') {
      await this.#disk.remove(`${path}/${name}`)
      this.#name(folder, name, null)
    } else if (!this.folder(one.to.folder).now.has(one.to.name)) {
      await this.#disk.link(`${path}/${name}`, `${one.to.folder}/${one.to.name}`)
      this.#name(this.folder(one.to.folder), one.to.name, file)
    }
  }

  #name(folder: ModelFolder, name: string, file: ModelFile | null): void {
    if (file === null) folder.now.delete(name)
    else folder.now.set(name, file)
    folder.sure.delete(name)
    folder.changed.add(name)
  }

  async #append(file: ModelFile, length: number): Promise<void> {
    const bytes = Uint8Array.from({ length }, () => 1 + (this.#value++ % 255))
    await file.handle.append(bytes)
    file.written.push(...bytes)
  }

  async #sync(file: ModelFile, fails: boolean): Promise<void> {
    if (fails) this.#disk.failOperation(this.#disk.operations + 1, 'EIO')
    const failed = await file.handle.sync().then(
      () => false,
      () => true,
    )
    expect(failed).toBe(fails)
    file.failed ||= fails
    if (!file.failed) file.sure = file.written.length
  }

  /** From the beginning, the middle or the end of what is sure: the sync makes all of the file durable that no sync has dropped, and what is written again. */
  async #writeAgain(file: ModelFile, path: string, { from, fails }: { readonly from: number; readonly fails: number }): Promise<void> {
    const start = Math.floor((file.sure * from) / 2)
    if (fails === 0) this.#disk.failOperation(this.#disk.operations + 2, 'EIO')
    const failed = await this.#disk.writeAgain(path, start, Uint8Array.from(file.written.slice(start))).then(
      () => false,
      () => true,
    )
    expect(failed).toBe(fails === 0)
    file.failed = failed
    if (!failed) file.sure = file.written.length
  }

  async #replace(
    { path, name, file }: { readonly path: string; readonly name: string; readonly file: ModelFile },
    to: { readonly folder: string; readonly name: string },
  ): Promise<void> {
    const replaced = this.folder(to.folder).now.get(to.name)
    await this.#disk.replace(`${path}/${name}`, `${to.folder}/${to.name}`)
    if (replaced === file) return
    this.#name(this.folder(to.folder), to.name, file)
    this.#name(this.folder(path), name, null)
  }

  async #syncFolder(path: string, fails: boolean): Promise<void> {
    if (fails) this.#disk.failOperation(this.#disk.operations + 1, 'EIO')
    await this.#disk.syncFolder(path).catch(() => undefined)
    const { now, sure, changed } = this.folder(path)
    for (const name of changed) if (!fails) sure.set(name, now.get(name) ?? null)
    changed.clear()
  }
}

function check(model: Model, after: SimulatedDisk): void {
  const there = new Set(after.files().map((one) => one.path))
  for (const [path, { sure }] of model.folders) {
    for (const [name, file] of sure) {
      expect(there.has(`${path}/${name}`), `${path}/${name}`).toBe(file !== null)
      if (file === null) continue
      const bytes = after.contents(`${path}/${name}`)
      expect(Buffer.from(bytes.subarray(0, file.sure)).equals(Buffer.from(file.written.slice(0, file.sure)))).toBe(true)
      expect(bytes.length).toBeLessThanOrEqual(file.written.length)
      expect(bytes.findIndex((byte, i) => byte !== 0 && byte !== file.written[i])).toBe(-1)
    }
  }
}
const contentsOf = (disk: SimulatedDisk): unknown =>
  disk.files().map((one) => [one.path, Buffer.from(disk.contents(one.path)).toString('base64')])

test('what was synced is there after any power cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(cut, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      async (steps, cuts, seed) => {
        const disk = new SimulatedDisk({ seed })
        for (const path of folders) await disk.makeFolder(path)
        const model = new Model(disk)
        for (const one of steps) await model.run(one)
        const before = contentsOf(disk)
        for (const one of [...cuts, { unsynced: 'lost' as const }, { unsynced: 'kept' as const }]) {
          const after = disk.powerCut(one)
          check(model, after)
          // All that is left is durable, and cutting changed nothing in the disk that was cut.
          expect(contentsOf(after.powerCut({ unsynced: 'lost' }))).toEqual(contentsOf(after))
          expect(contentsOf(disk)).toEqual(before)
          if (one.unsynced !== 'torn' || one.subset !== undefined)
            expect(contentsOf(disk.restart().powerCut(one))).toEqual(contentsOf(after))
        }
      },
    ),
    { numRuns: 300 * Math.max(1, Number(process.env['MILLRACE_TEST_RUNS'] ?? 1)) },
  )
})
