/** The file sink loses and doubles nothing: a crash after every operation of the disk, runners that sleep at every one and wake up later, and damage. */
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Epochs, OutputBench, type Rewind } from '../../../test/output-bench.ts'
import { MillraceError } from '../../error.ts'
import type { Disk, WritableFile } from '../../io/io.ts'
import type { PowerCut } from '../../io/power-cut.ts'
import { realIo } from '../../io/real.ts'
import { SimulatedDisk } from '../../io/simulated-disk.ts'
import { checksumText, encodeEntry } from './manifest-entry.ts'

const GOLDEN_1 = [
  '01c48fef {"format":1,"sequence":1,"previous":"00000000","kind":"fence","query":"q","runner":1,"lineage":0,"rewoundTo":null}\n',
  '9f55fea6 {"format":1,"sequence":2,"previous":"01c48fef","kind":"epoch","query":"q","runner":1,"token":{"epoch":0,"lineage":0,"beginChecksum":0},',
  '"parts":[{"name":"part-0-0000000000-0.json","bytes":9,"rows":1,"crc32":"d99d6d54"}]}\n',
].join('')
const OPTIONS = { maxFileBytes: '20', compactInterval: '2' }
const EPOCHS: Epochs = [
  [0, [1, 2, 3, 4, 5]],
  [1, [6]],
  [2, []],
  [3, [7, 8]],
  [4, [9]],
  [5, [10]],
  [6, [11, 12, 13, 14]],
]
/** After a rewind to epoch 1, with other rows. */
const REWOUND: Epochs = EPOCHS.slice(2).map(([epoch, ids]) => [epoch, ids.map((id) => id + 100)])
const idsOf = (epochs: Epochs): { id: number }[] => epochs.flatMap(([, ids]) => ids.map((id) => ({ id })))

const benchOn = (disk: Disk): OutputBench => new OutputBench({ ...realIo, disk }, '/out', OPTIONS)
interface Case {
  readonly name: string
  readonly epochs: Epochs
  readonly rewind: Rewind
  readonly expected: readonly { id: number }[]
  before(disk: Disk): Promise<void>
}
const CASES: readonly Case[] = [
  { name: 'a new query', epochs: EPOCHS, rewind: {}, expected: idsOf(EPOCHS), before: async () => undefined },
  {
    name: 'a query that is rewound',
    epochs: REWOUND,
    rewind: { lineage: 1, rewoundTo: 1 },
    expected: [...idsOf(EPOCHS.slice(0, 2)), ...idsOf(REWOUND)],
    before: (disk) => benchOn(disk).run(1, EPOCHS),
  },
]
const CUTS: readonly (PowerCut | 'restart')[] = [
  'restart',
  { unsynced: 'lost' },
  { unsynced: 'kept' },
  ...Array.from({ length: 6 }, (_, subset) => ({ unsynced: 'torn', subset }) as const),
]

async function diskBefore(one: Case): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 1 })
  await one.before(disk)
  return disk.powerCut({ unsynced: 'kept' })
}

async function expectAnswer(disk: Disk, { expected }: Case): Promise<void> {
  const bench = benchOn(disk)
  expect(await bench.rows()).toEqual(expected)
  expect(await bench.plainRows()).toEqual(expected)
}

/** Runs until the disk goes off after `count` operations; gives the disk after `cut`, or null where the run ended before. */
async function crashed(
  disk: SimulatedDisk,
  one: Case,
  { runner, count, cut }: { runner: number; count: number; cut: PowerCut | 'restart' },
) {
  disk.crashAfter(count)
  try {
    await benchOn(disk).run(runner, one.epochs, one.rewind)
    return null
  } catch (error) {
    expect(String(error)).toMatch(/SimulatedCrash/)
  }
  return cut === 'restart' ? disk.restart() : disk.powerCut(cut)
}

describe.each(CASES)('$name', (one) => {
  test.each(CUTS)('a crash after each operation, unsynced: %j', async (cut) => {
    const start = (await diskBefore(one)).snapshot()
    for (let count = 0; ; count++) {
      const after = await crashed(new SimulatedDisk({ seed: count, from: start }), one, { runner: 2, count, cut })
      if (after === null) {
        expect(count).toBeGreaterThan(100)
        break
      }
      // Once more, while it recovers: at some operations only.
      const again = await crashed(after, one, { runner: 3, count: (count * 7) % 23, cut })
      const disk = again ?? after
      disk.crashAfter(Number.POSITIVE_INFINITY)
      await benchOn(disk).run(4, one.epochs, one.rewind)
      await expectAnswer(disk, one)
      expect(disk.files().filter(({ path }) => path.includes('/work/'))).toEqual([])
    }
  })

  test('each operation fails once: what failed goes on later, and nothing of it is lost with the power', async () => {
    const start = (await diskBefore(one)).snapshot()
    for (let number = 1; ; number++) {
      const disk = new SimulatedDisk({ seed: 1, from: start })
      disk.failOperation(number, 'EIO')
      const failure = await benchOn(disk)
        .run(2, one.epochs, one.rewind)
        .then(
          () => null,
          (error: unknown) => error,
        )
      if (failure === null && disk.operations < number) break
      if (failure !== null) expect(String(failure)).toMatch(/EIO/)
      disk.heal()
      const before = disk.restart()
      await benchOn(disk).run(3, one.epochs, one.rewind)
      await expectAnswer(disk, one)
      before.crashAfter(number % 40)
      for (const left of [
        disk,
        ...(await benchOn(before)
          .run(3, one.epochs, one.rewind)
          .then(
            () => [],
            () => [before],
          )),
      ]) {
        const after = left.powerCut({ unsynced: 'lost' })
        await benchOn(after).run(4, one.epochs, one.rewind)
        await expectAnswer(after, one)
      }
    }
  })

  test('a runner that sleeps before each call of the disk, and wakes up after a newer one has done all, changes nothing', async () => {
    const start = (await diskBefore(one)).snapshot()
    for (let at = 1; ; at++) {
      const disk = new SimulatedDisk({ seed: 1, from: start })
      const sleeper = new SleepingDisk(disk, at)
      // Other rows, so that a mixture would be seen.
      const others: Epochs = one.epochs.map(([epoch, ids]) => [epoch, ids.map((id) => id + 1000)])
      const old = benchOn(sleeper.disk)
        .run(2, others, one.rewind)
        .then(
          () => null,
          (error: unknown) => error,
        )
      await Promise.race([old, sleeper.asleep])
      if (!sleeper.isAsleep) break
      const bench = benchOn(disk)
      await bench.run(3, one.epochs, one.rewind)
      const seen = await bench.rows()
      expect(await bench.plainRows()).toEqual(seen)
      expect((seen as { id: number }[]).map(({ id }) => id % 1000)).toEqual(one.expected.map(({ id }) => id))
      sleeper.wake()
      const failure = await old
      if (failure !== null) expect(MillraceError.is(failure, 'QUERY_FENCED') ? 'QUERY_FENCED' : String(failure)).toBe('QUERY_FENCED')
      expect(await bench.rows()).toEqual(seen)
      expect(await bench.plainRows()).toEqual(seen)
      await bench.run(4, one.epochs, one.rewind)
      expect(await bench.rows()).toEqual(seen)
      expect(await bench.plainRows()).toEqual(seen)
    }
  })
})

/** A disk whose `at`th call waits until it is woken. */
class SleepingDisk {
  readonly disk: Disk
  isAsleep = false
  readonly asleep: Promise<void>
  #fellAsleep: () => void = () => undefined
  wake: () => void = () => undefined
  #calls = 0

  constructor(disk: Disk, at: number) {
    this.asleep = new Promise((resolve) => {
      this.#fellAsleep = resolve
    })
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve
    })
    const call = async (): Promise<void> => {
      if (++this.#calls !== at) return
      this.isAsleep = true
      this.#fellAsleep()
      await woken
    }
    const before = async <T>(run: () => Promise<T>): Promise<T> => {
      await call()
      return run()
    }
    const sleepy = (file: WritableFile): WritableFile => ({
      append: (bytes) => before(() => file.append(bytes)),
      sync: () => before(() => file.sync()),
      close: () => file.close(),
    })
    this.disk = {
      readNow: (path) => disk.readNow(path),
      existsNow: (path) => disk.existsNow(path),
      list: (path) => before(() => disk.list(path)),
      stat: (path) => before(() => disk.stat(path)),
      async *read(path, options) {
        await call()
        yield* disk.read(path, options)
      },
      makeFolder: (path) => before(() => disk.makeFolder(path)),
      create: (path) => before(async () => sleepy(await disk.create(path))),
      open: (path) => before(async () => sleepy(await disk.open(path))),
      link: (path, newPath) => before(() => disk.link(path, newPath)),
      replace: (path, newPath) => before(() => disk.replace(path, newPath)),
      writeAgain: (path, start, bytes) => before(() => disk.writeAgain(path, start, bytes)),
      remove: (path) => before(() => disk.remove(path)),
      removeFolder: (path) => before(() => disk.removeFolder(path)),
      syncFolder: (path) => before(() => disk.syncFolder(path)),
    }
  }
}

test('a fence that sleeps while an older runner goes on, and merges what it missed, stands at the end all the same', async () => {
  for (let at = 1; ; at++) {
    const disk = new SimulatedDisk({ seed: 1 })
    const bench = benchOn(disk)
    const old = await bench.start(1)
    const sleeper = new SleepingDisk(disk, at)
    const newer = benchOn(sleeper.disk)
    const starting = newer.start(2)
    await Promise.race([starting, sleeper.asleep])
    if (!sleeper.isAsleep) break
    let done = 0
    try {
      for (; done < 20; done++) await bench.epoch(old, done, [done])
    } catch (error) {
      expect(error).toMatchObject({ code: 'QUERY_FENCED' })
    }
    sleeper.wake()
    const sink = await starting
    await expect(bench.epoch(old, 20, [20])).rejects.toThrow(/QUERY_FENCED/)
    expect(newer.last?.epoch ?? -1).toBe(done - 1)
    await newer.epoch(sink, done, [done])
    expect(await bench.rows()).toEqual(Array.from({ length: done + 1 }, (_, id) => ({ id })))
    await bench.run(3, [])
    expect(bench.last?.epoch).toBe(done)
  }
})

test('the manifest stays small: each file of it is merged with others of its size', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const bench = new OutputBench({ ...realIo, disk }, '/out', { compactInterval: '4' })
  const many: Epochs = Array.from({ length: 100 }, (_, epoch) => [epoch, [epoch]])
  await bench.run(1, many.slice(0, 50))
  await bench.run(2, many)
  expect(await bench.rows()).toEqual(idsOf(many))
  const files = disk.files().filter(({ path }) => path.includes('/log/'))
  // Two fences and 100 epochs.
  expect(files.map(({ path }) => path.slice('/out/_millrace/log/'.length))).toEqual([
    '0000000001',
    '0000000001-0000000065',
    '0000000052',
    '0000000066-0000000081',
    '0000000082-0000000097',
    '0000000098-0000000101',
    '0000000102',
  ])
})

test('damage to any file of the manifest is found and named, for writers and readers', async () => {
  const whole = new SimulatedDisk({ seed: 1 })
  await benchOn(whole).run(1, EPOCHS)
  const expected = await benchOn(whole).rows()
  const snapshot = whole.snapshot()
  const logs = whole.files().filter(({ path }) => path.includes('/log/'))
  const needed = new Set<string>()
  for (const { path, sizeBytes } of logs) {
    const damages = [
      ...Array.from({ length: sizeBytes * 8 }, (_, flipBit) => ({ flipBit })).filter(({ flipBit }) => flipBit % 13 === 0),
      ...Array.from({ length: sizeBytes }, (_, truncateTo) => ({ truncateTo })).filter(({ truncateTo }) => truncateTo % 37 === 0),
      ...logs.filter((one) => one.path !== path).map((one) => ({ replaceWith: whole.contents(one.path) })),
    ]
    for (const damage of damages) {
      const disk = new SimulatedDisk({ seed: 1, from: snapshot })
      disk.corrupt(path, damage)
      const outcome = await benchOn(disk)
        .rows()
        .catch((error: unknown) => error)
      if (MillraceError.is(outcome, 'CHECKPOINT_DAMAGED')) {
        expect(outcome.message).toContain(path)
        needed.add(path)
        await expect(benchOn(disk).run(2, EPOCHS)).rejects.toThrow(/CHECKPOINT_DAMAGED/)
      } else expect(outcome).toEqual(expected)
    }
  }
  // Fences that a segment has too are the others.
  expect(needed.size).toBeGreaterThan(2)
  for (const path of [...needed].slice(0, -1)) {
    const disk = new SimulatedDisk({ seed: 1, from: snapshot })
    await disk.remove(path)
    await expect(benchOn(disk).run(2, EPOCHS), path).rejects.toThrow(/CHECKPOINT_DAMAGED.*is missing/)
  }
})

test('format 1 of the manifest, as it was first written', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await disk.makeFolder('/out')
  disk.put('/out/_millrace/log/0000000001-0000000002', Buffer.from(GOLDEN_1))
  disk.put('/out/part-0-0000000000-0.json', Buffer.from('{"id":1}\n'))
  disk.put('/out/part-0-0000000001-0.json', Buffer.from('not published'))
  expect(await benchOn(disk).rows()).toEqual([{ id: 1 }])
  await expect(benchOn(disk).start(2)).resolves.toBeDefined()
  const fresh = new SimulatedDisk({ seed: 1 })
  await benchOn(fresh).run(1, [[0, [1]]])
  expect(Buffer.from(fresh.contents('/out/_millrace/log/0000000001-0000000002')).toString()).toBe(GOLDEN_1)
})

test('a manifest of a later version is refused by name', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await disk.makeFolder('/out/_millrace/log')
  const { text } = encodeEntry({ kind: 'fence', query: 'q', runner: 1, lineage: 0, rewoundTo: null }, 1, '00000000')
  const json = text.slice(9).replace('"format":1', '"format":2')
  disk.put('/out/_millrace/log/0000000001', Buffer.from(`${checksumText(crc32(json))} ${json}\n`))
  await expect(benchOn(disk).run(2, EPOCHS)).rejects.toThrow(/CHECKPOINT_FORMAT.*log\/0000000001' has format 2/)
})

test('a part of the last epoch that lost its bytes is found at the next start', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await benchOn(disk).run(1, EPOCHS)
  disk.corrupt('/out/part-0-0000000006-0.json', { truncateTo: 3 })
  await expect(benchOn(disk).run(2, EPOCHS)).rejects.toThrow(/CHECKPOINT_DAMAGED.*part-0-0000000006-0\.json.*3 bytes/)
})

test('the same runner twice, and a checkpoint that is older than the output, are refused', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await benchOn(disk).run(5, EPOCHS, { lineage: 1, rewoundTo: 7 })
  await expect(benchOn(disk).run(5, EPOCHS, { lineage: 1, rewoundTo: 7 })).rejects.toThrow(/QUERY_FENCED.*number 5/)
  await expect(benchOn(disk).run(6, EPOCHS)).rejects.toThrow(/CHECKPOINT_OLDER_THAN_OUTPUT.*lineage 1/)
})
