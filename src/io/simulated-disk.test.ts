import { describe, expect, test } from 'vitest'
import { SimulatedCrash } from './disk-faults.ts'
import { ManualClock } from './manual-clock.ts'
import { SimulatedDisk } from './simulated-disk.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (disk: SimulatedDisk, path: string): string => Buffer.from(disk.contents(path)).toString()
/** Twelve operations. */
async function run(disk: SimulatedDisk): Promise<void> {
  await disk.makeFolder('/d')
  const file = await disk.create('/d/a')
  await file.append(bytesOf('one'))
  await file.sync()
  await disk.link('/d/a', '/d/b')
  await disk.syncFolder('/d')
  await file.append(bytesOf('two'))
  await file.sync()
  await file.close()
  await disk.remove('/d/a')
  await disk.removeFolder('/d')
}
const fresh = (): SimulatedDisk => new SimulatedDisk({ seed: 1 })

describe('operations', () => {
  test('are counted and traced', async () => {
    const disk = fresh()
    const seen: number[] = []
    disk.onOperation = ({ number }) => seen.push(number)
    await run(disk)
    expect(disk.trace).toEqual([
      '1 make-folder /d',
      '2 sync-folder /',
      '3 create /d/a',
      '4 append /d/a 3 bytes at 0',
      '5 sync /d/a',
      '6 link /d/b',
      '7 sync-folder /d',
      '8 append /d/a 3 bytes at 3',
      '9 sync /d/a',
      '10 remove /d/a',
      '11 remove /d/b',
      '12 remove-folder /d',
    ])
    expect(disk.operations).toBe(12)
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
  })
  test('a crash after each lets as many happen, and nothing more', async () => {
    for (let count = 0; count < 12; count++) {
      const disk = fresh()
      disk.crashAfter(count)
      await expect(run(disk)).rejects.toBeInstanceOf(SimulatedCrash)
      expect(disk.trace.length).toBe(count)
      for (const call of [disk.list('/'), disk.stat('/'), disk.open('/x'), disk.create('/x'), disk.remove('/x'), disk.removeFolder('/x')]) {
        await expect(call).rejects.toBeInstanceOf(SimulatedCrash)
      }
      for (const call of [disk.syncFolder('/'), disk.makeFolder('/'), disk.link('/x', '/y'), disk.read('/x').next()]) {
        await expect(call).rejects.toBeInstanceOf(SimulatedCrash)
      }
      expect(() => disk.readNow('/x')).toThrow(SimulatedCrash)
      expect(disk.operations).toBe(count)
    }
  })
  test('the n-th fails once', async () => {
    for (let number = 1; number <= 12; number++) {
      const disk = fresh()
      disk.failOperation(number, 'EIO')
      await expect(run(disk)).rejects.toMatchObject({ code: 'EIO' })
      // A folder that cannot be made durable is taken away again.
      expect(disk.operations).toBe(number === 2 ? 3 : number)
      expect(disk.files().length === 0 && (await disk.stat('/d')) !== null).toBe([3, 12].includes(number))
      await disk.makeFolder('/more')
    }
  })
  test('a full disk takes nothing until there is room, and lets go', async () => {
    const disk = fresh()
    disk.put('/old', bytesOf('old'))
    const file = await disk.create('/a')
    disk.failOperation(disk.operations + 1, 'ENOSPC', { forever: true, shortWriteBytes: 2 })
    for (let i = 0; i < 3; i++) await expect(file.append(bytesOf('abc'))).rejects.toMatchObject({ code: 'ENOSPC' })
    await expect(disk.create('/b')).rejects.toMatchObject({ code: 'ENOSPC' })
    await expect(disk.makeFolder('/b')).rejects.toMatchObject({ code: 'ENOSPC' })
    await disk.remove('/old')
    await disk.syncFolder('/')
    await file.sync()
    expect(textOf(disk, '/a')).toBe('ab')
    disk.heal()
    await file.append(bytesOf('c'))
    expect(textOf(disk, '/a')).toBe('abc')
  })
  test('reads fail by their own count', async () => {
    const disk = fresh()
    disk.failRead(2, 'EMFILE')
    await disk.list('/')
    await expect(disk.stat('/')).rejects.toMatchObject({ code: 'EMFILE' })
    await disk.stat('/')
    expect([disk.reads, disk.operations]).toEqual([3, 0])
  })
})

describe('syncing', () => {
  test('that failed drops what was not synced; a later one succeeds and lies', async () => {
    const disk = fresh()
    const file = await disk.create('/a')
    await disk.syncFolder('/')
    await file.append(bytesOf('one'))
    await file.sync()
    await file.append(bytesOf('two'))
    disk.failOperation(disk.operations + 1, 'EIO')
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    expect(textOf(disk, '/a')).toBe('onetwo')
    expect(textOf(disk.powerCut({ unsynced: 'lost' }), '/a')).toBe('one')
    expect(textOf(disk.powerCut({ unsynced: 'kept' }), '/a')).toBe('one\0\0\0')
    await file.append(bytesOf('three'))
    await file.sync()
    expect(textOf(disk, '/a')).toBe('onetwothree')
    expect(textOf(disk.powerCut({ unsynced: 'lost' }), '/a')).toBe('one\0\0\0three')
  })
  test('that failed is made good by writing the same bytes again, in whole sectors or not at all', async () => {
    const disk = fresh()
    const file = await disk.create('/a')
    await disk.syncFolder('/')
    await file.append(bytesOf('one'))
    await file.sync()
    await file.append(bytesOf('two'))
    disk.failOperation(disk.operations + 1, 'EIO')
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    const left = (unsynced: 'lost' | 'kept'): string => textOf(disk.powerCut({ unsynced }), '/a')
    disk.failOperation(disk.operations + 2, 'EIO')
    await expect(disk.writeAgain('/a', 1, bytesOf('netwo'))).rejects.toMatchObject({ code: 'EIO' })
    expect([left('lost'), left('kept')]).toEqual(['one', 'one\0\0\0'])
    const before = disk.snapshot()
    disk.crashAfter(disk.operations + 1)
    await expect(disk.writeAgain('/a', 3, bytesOf('two'))).rejects.toBeInstanceOf(SimulatedCrash)
    expect([left('lost'), left('kept')]).toEqual(['one', 'onetwo'])
    disk.restore(before)
    await disk.writeAgain('/a', 3, bytesOf('two'))
    expect(left('lost')).toBe('onetwo')
    await expect(disk.writeAgain('/a', 3, bytesOf('TWO'))).rejects.toThrow(RangeError)
    await expect(disk.writeAgain('/a', 3, bytesOf('two!'))).rejects.toThrow(RangeError)
  })
  test('of a folder that failed is made good by naming again', async () => {
    const disk = fresh()
    const named = async (path: string, text: string): Promise<void> => {
      const file = await disk.create(path)
      await file.append(bytesOf(text))
      await file.sync()
    }
    await named('/a', 'one')
    disk.failOperation(disk.operations + 1, 'EIO')
    await expect(disk.syncFolder('/')).rejects.toMatchObject({ code: 'EIO' })
    await named('/again', 'one')
    await disk.replace('/again', '/a')
    expect(disk.powerCut({ unsynced: 'lost' }).files()).toEqual([])
    await disk.syncFolder('/')
    expect(disk.powerCut({ unsynced: 'lost' }).files()).toEqual([{ path: '/a', sizeBytes: 3 }])
  })
  test('of a new folder that failed leaves none', async () => {
    for (const forever of [false, true]) {
      const disk = fresh()
      disk.failOperation(2, 'EIO', { forever })
      await expect(disk.makeFolder('/a')).rejects.toMatchObject({ code: 'EIO', syscall: 'sync-folder' })
      expect((await disk.stat('/a')) !== null).toBe(forever)
      disk.heal()
      await disk.makeFolder('/a')
      expect((await disk.powerCut({ unsynced: 'lost' }).stat('/a')) !== null).toBe(!forever)
    }
  })
  test('of a folder that failed drops the names', async () => {
    const disk = fresh()
    await disk.create('/a')
    disk.failOperation(disk.operations + 1, 'EIO')
    await expect(disk.syncFolder('/')).rejects.toMatchObject({ code: 'EIO' })
    await disk.create('/b')
    await disk.syncFolder('/')
    expect(disk.files().length).toBe(2)
    expect(disk.powerCut({ unsynced: 'kept' }).files()).toEqual([{ path: '/b', sizeBytes: 0 }])
  })
  test('may lie', async () => {
    const disk = fresh()
    disk.lieAboutSync(true)
    await disk.makeFolder('/d')
    const file = await disk.create('/a')
    await disk.syncFolder('/')
    expect(disk.powerCut({ unsynced: 'lost' }).files()).toEqual([])
    disk.heal()
    await disk.syncFolder('/')
    disk.lieAboutSync(true)
    await file.append(bytesOf('x'))
    await file.sync()
    expect(disk.powerCut({ unsynced: 'lost' }).files()).toEqual([{ path: '/a', sizeBytes: 0 }])
    expect(disk.powerCut({ unsynced: 'kept' }).files()).toEqual([{ path: '/a', sizeBytes: 1 }])
  })
})

describe('damage', () => {
  const damaged = (corruption: Parameters<SimulatedDisk['corrupt']>[1], size = 3): string => {
    const disk = fresh()
    disk.put('/a/b/c', bytesOf('abc'.padEnd(size, '.')))
    disk.corrupt('/a/b/c', corruption)
    expect(textOf(disk.powerCut({ unsynced: 'lost' }), '/a/b/c')).toBe(textOf(disk, '/a/b/c'))
    return textOf(disk, '/a/b/c')
  }
  test('is of four kinds', () => {
    expect(damaged({ flipBit: 8 })).toBe('acc')
    expect(damaged({ truncateTo: 1 })).toBe('a')
    expect(damaged({ replaceWith: bytesOf('old') })).toBe('old')
    expect(damaged({ zeroSector: 1 }, 600)).toBe(`abc${'.'.repeat(509)}${'\0'.repeat(88)}`)
  })
  test('needs a place', () => {
    expect(() => damaged({ flipBit: 24 })).toThrow(RangeError)
    expect(() => fresh().corrupt('/a', { truncateTo: 0 })).toThrow('ENOENT')
  })
  test('reaches what is not synced too, and leaves other states alone', async () => {
    const disk = fresh()
    const file = await disk.create('/a')
    await disk.syncFolder('/')
    await file.append(bytesOf('abcdef'))
    const before = disk.snapshot()
    disk.corrupt('/a', { truncateTo: 4 })
    await file.append(bytesOf('!'))
    expect(textOf(disk.powerCut({ unsynced: 'kept' }), '/a')).toBe('abcd!')
    disk.restore(before)
    expect(textOf(disk, '/a')).toBe('abcdef')
  })
})

describe('snapshots', () => {
  test('are whole states that do not change', async () => {
    const disk = fresh()
    const taken: { snapshot: ReturnType<SimulatedDisk['snapshot']>; files: string }[] = []
    const state = (): string => JSON.stringify(disk.files().map((one) => [one.path, textOf(disk, one.path)]))
    disk.onOperation = () => taken.push({ snapshot: disk.snapshot(), files: state() })
    await run(disk)
    for (const { snapshot, files } of [...taken].reverse()) {
      disk.restore(snapshot)
      expect(state()).toBe(files)
      expect(disk.operations).toBe(snapshot.operations)
      if (disk.files().length > 0) await (await disk.open('/d/b').catch(() => disk.open('/d/a'))).append(bytesOf('!'))
    }
  })
  test('go their own ways', async () => {
    const disk = fresh()
    await (await disk.create('/a')).append(bytesOf('same '))
    const forks = ['one', 'two', 'three'].map((word) => ({ word, fork: new SimulatedDisk({ seed: 1, from: disk.snapshot() }) }))
    for (const { word, fork } of forks) await (await fork.open('/a')).append(bytesOf(word))
    expect(forks.map(({ fork }) => textOf(fork, '/a'))).toEqual(['same one', 'same two', 'same three'])
    expect(textOf(disk, '/a')).toBe('same ')
  })
  test('restoring turns the machine on again, without the files that were open', async () => {
    const disk = fresh()
    const file = await disk.create('/a')
    const snapshot = disk.snapshot()
    disk.crash()
    await expect(disk.stat('/a')).rejects.toBeInstanceOf(SimulatedCrash)
    disk.restore(snapshot)
    expect(await disk.stat('/a')).not.toBeNull()
    await expect(file.append(bytesOf('x'))).rejects.toBeInstanceOf(SimulatedCrash)
    await file.close()
    await expect(file.append(bytesOf('x'))).rejects.toMatchObject({ code: 'EBADF' })
  })
  test('of each of thousands of operations are cheap', async () => {
    const disk = fresh()
    const taken: ReturnType<SimulatedDisk['snapshot']>[] = []
    disk.onOperation = () => taken.push(disk.snapshot())
    const log = await disk.create('/log')
    for (let i = 0; i < 1500; i++) {
      await log.append(new Uint8Array(100))
      await log.sync()
      if (i % 3 === 0) await disk.create(`/file-${i}`)
      if (i % 3 === 0 && i > 90) await disk.remove(`/file-${i - 90}`)
    }
    const before = process.cpuUsage()
    for (const snapshot of taken) new SimulatedDisk({ seed: 1, from: snapshot }).powerCut({ unsynced: 'torn', subset: 1 })
    const { user } = process.cpuUsage(before)
    expect(taken.length).toBeGreaterThan(3900)
    expect(user / 1e6).toBeLessThan(10)
  })
})

test('what nobody can name any more is forgotten, but not what is open or may come back', async () => {
  const disk = fresh()
  const open = await disk.create('/open')
  disk.put('/back', bytesOf('back'))
  await disk.makeFolder('/between')
  await disk.create('/between/a')
  await disk.remove('/between/a')
  await disk.remove('/open')
  for (let i = 0; i < 5000; i++) {
    await disk.create(`/${i}`).then((file) => file.close())
    await disk.remove(`/${i}`)
    if (i === 2500) await disk.syncFolder('/')
    if (i === 2600) await disk.remove('/back')
    if (i % 100 === 0 && i < 2500) await disk.syncFolder('/')
  }
  await open.append(bytesOf('x'))
  expect(textOf(disk.powerCut({ unsynced: 'lost' }), '/back')).toBe('back')
  const names = Array.from({ length: 50 }, (_, subset) =>
    disk
      .powerCut({ unsynced: 'torn', subset })
      .files()
      .map((one) => one.path),
  )
  expect(names.some((one) => one.includes('/between/a'))).toBe(true)
})
test('times come from the clock that is given', async () => {
  const disk = new SimulatedDisk({ seed: 1, clock: new ManualClock(5) })
  await disk.create('/a')
  expect(await disk.stat('/a')).toMatchObject({ modifiedMs: 5 })
  disk.useClock(new ManualClock(7))
  await (await disk.open('/a')).append(bytesOf('x'))
  expect(await disk.stat('/a')).toMatchObject({ modifiedMs: 7 })
})
