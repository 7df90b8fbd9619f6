/** The model of a power cut: each kind of loss that it claims does happen, and none that it does not. */
import { describe, expect, test } from 'vitest'
import type { WritableFile } from './io.ts'
import { SimulatedDisk } from './simulated-disk.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
/** A sector full of one letter. */
const sectors = (letters: string): Uint8Array => bytesOf([...letters].map((letter) => letter.repeat(512)).join(''))
const seeds = Array.from({ length: 1000 }, (_, seed) => seed)

/** The letter that stands first in each sector, `0` for zeros, and the length if the last is not whole; null where no file is. */
function shown(disk: SimulatedDisk, path: string): string | null {
  if (!disk.files().some((one) => one.path === path)) return null
  const bytes = disk.contents(path)
  const letters = Array.from({ length: Math.ceil(bytes.length / 512) }, (_, i) => String.fromCharCode(bytes[i * 512] || 48))
  return letters.join('') + (bytes.length % 512 === 0 ? '' : `(${bytes.length})`)
}
async function withFile(durable: Uint8Array): Promise<{ disk: SimulatedDisk; file: WritableFile }> {
  const disk = new SimulatedDisk({ seed: 1 })
  const file = await disk.create('/log')
  await disk.syncFolder('/')
  await file.append(durable)
  await file.sync()
  return { disk, file }
}
const subsets = (disk: SimulatedDisk, path: string): Set<string | null> =>
  new Set(seeds.map((subset) => shown(disk.powerCut({ unsynced: 'torn', subset }), path)))

describe('contents', () => {
  test('that are not synced are lost or kept, with the length', async () => {
    const { disk, file } = await withFile(sectors('ab'))
    await file.append(sectors('cd'))
    expect(shown(disk.powerCut({ unsynced: 'lost' }), '/log')).toBe('ab')
    expect(shown(disk.powerCut({ unsynced: 'kept' }), '/log')).toBe('abcd')
    expect(shown(disk.powerCut({ unsynced: 'lost', lengths: 'kept' }), '/log')).toBe('ab00')
    await file.sync()
    expect(shown(disk.powerCut({ unsynced: 'lost' }), '/log')).toBe('abcd')
  })
  test('tear at each sector', async () => {
    const { disk, file } = await withFile(sectors('a').subarray(0, 500))
    await file.append(sectors('bc'))
    expect(disk.tornPoints()).toEqual([0, 12, 524])
    const torn = [...disk.tornPoints(), 1024].map((tornAt) => shown(disk.powerCut({ unsynced: 'torn', tornAt }), '/log'))
    expect(torn).toEqual(['a(500)', 'a', 'ab', 'abc(1524)'])
    expect(shown(disk.powerCut({ unsynced: 'torn', tornAt: 523 }), '/log')).toBe('a')
  })
  test('of all files tear at one moment', async () => {
    const { disk, file } = await withFile(sectors('a'))
    const other = await disk.create('/other')
    await disk.syncFolder('/')
    await file.append(sectors('bc'))
    await other.append(sectors('xy'))
    await file.append(sectors('d'))
    const states = disk.tornPoints().map((tornAt) => disk.powerCut({ unsynced: 'torn', tornAt }))
    expect(states.map((one) => `${shown(one, '/log')},${shown(one, '/other')}`)).toEqual(['a,', 'ab,', 'abc,', 'abc,x', 'abc,xy'])
  })
  test('arrive in any subset of their sectors, with any of the lengths', async () => {
    const { disk, file } = await withFile(sectors('a'))
    await file.append(sectors('bcd'))
    const expected = ['a', 'ab', 'abc', 'abcd', 'a000', 'ab00', 'a0c', 'a0c0', 'a00d', 'abc0', 'ab0d', 'a0cd']
    expect([...subsets(disk, '/log')].sort()).toEqual(expected.sort())
  })
  test('of a sector written twice may be those after the first time', async () => {
    const { disk, file } = await withFile(new Uint8Array(0))
    await file.append(bytesOf('x'.repeat(10)))
    await file.append(bytesOf('y'.repeat(10)))
    const found = new Set(seeds.map((subset) => Buffer.from(disk.powerCut({ unsynced: 'torn', subset }).contents('/log')).toString()))
    for (const text of ['', 'x'.repeat(10), `${'x'.repeat(10)}${'y'.repeat(10)}`, `${'x'.repeat(10)}${'\0'.repeat(10)}`])
      expect(found).toContain(text)
    expect([...found].filter((text) => text.startsWith('\0') && text.includes('y'))).toEqual([])
  })
  test('of the file written later may arrive without those of the one before', async () => {
    const { disk, file } = await withFile(new Uint8Array(0))
    const later = await disk.create('/later')
    await disk.syncFolder('/')
    await file.append(sectors('a'))
    await later.append(sectors('b'))
    const found = seeds
      .map((subset) => disk.powerCut({ unsynced: 'torn', subset }))
      .map((one) => `${shown(one, '/log')},${shown(one, '/later')}`)
    for (const pair of ['a,', ',b', 'a,b', ',']) expect(found).toContain(pair)
    expect(disk.tornPoints().map((tornAt) => shown(disk.powerCut({ unsynced: 'torn', tornAt }), '/later'))).toEqual(['', ''])
  })
  test('that did not arrive may be noise', async () => {
    const { disk, file } = await withFile(sectors('a'))
    await file.append(sectors('b'))
    const noisy = disk.powerCut({ unsynced: 'lost', lengths: 'kept', gaps: 'noise' }).contents('/log')
    expect(new Set(noisy.subarray(0, 512)).size).toBe(1)
    expect(new Set(noisy.subarray(512)).size).toBeGreaterThan(50)
  })
  test('are the same under both names of a file', async () => {
    const { disk, file } = await withFile(new Uint8Array(0))
    await disk.link('/log', '/other')
    await disk.syncFolder('/')
    await file.append(sectors('abcdef'))
    for (const subset of seeds) {
      const after = disk.powerCut({ unsynced: 'torn', subset })
      expect(shown(after, '/log')).toBe(shown(after, '/other'))
    }
  })
})

describe('names', () => {
  test('that were given are lost or kept, each on its own', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    for (const name of ['a', 'b']) await disk.create(`/${name}`)
    const found = new Set(
      seeds.map((subset) =>
        disk
          .powerCut({ unsynced: 'torn', subset })
          .files()
          .map((one) => one.path)
          .join(),
      ),
    )
    expect([...found].sort()).toEqual(['', '/a', '/a,/b', '/b'])
    await disk.syncFolder('/')
    expect(disk.powerCut({ unsynced: 'lost' }).files().length).toBe(2)
  })
  test('that were taken away come back until the folder is synced', async () => {
    const { disk } = await withFile(sectors('a'))
    await disk.remove('/log')
    expect(subsets(disk, '/log')).toEqual(new Set([null, 'a']))
    expect(shown(disk.powerCut({ unsynced: 'lost' }), '/log')).toBe('a')
    await disk.syncFolder('/')
    expect(subsets(disk, '/log')).toEqual(new Set([null]))
  })
  test('may name what they named in between', async () => {
    const { disk } = await withFile(sectors('a'))
    await disk.remove('/log')
    const second = await disk.create('/log')
    await second.append(sectors('b'))
    await second.sync()
    await disk.remove('/log')
    expect(subsets(disk, '/log')).toEqual(new Set([null, 'a', 'b']))
  })
  test('may be there though the contents are not, and the other way round', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    const file = await disk.create('/log')
    await disk.syncFolder('/')
    await file.append(sectors('ab'))
    expect(shown(disk.powerCut({ unsynced: 'lost' }), '/log')).toBe('')
    const unnamed = new SimulatedDisk({ seed: 1 })
    await (await unnamed.create('/log')).sync()
    expect(unnamed.powerCut({ unsynced: 'kept', entries: 'lost' }).files()).toEqual([])
    expect(unnamed.powerCut({ unsynced: 'lost', entries: 'kept' }).files().length).toBe(1)
  })
  test('given before a tear are there, those after it are not', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    const first = await disk.create('/first')
    await first.append(sectors('ab'))
    await disk.create('/second')
    const names = [0, 512, 1024].map((tornAt) => disk.powerCut({ unsynced: 'torn', tornAt }).files())
    expect(names).toEqual([
      [{ path: '/first', sizeBytes: 0 }],
      [{ path: '/first', sizeBytes: 512 }],
      [
        { path: '/first', sizeBytes: 1024 },
        { path: '/second', sizeBytes: 0 },
      ],
    ])
  })
  test('of made folders are durable, also when the one who made them died before the sync', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    await disk.makeFolder('/a/b')
    expect(await disk.powerCut({ unsynced: 'lost' }).stat('/a/b')).not.toBeNull()
    const half = new SimulatedDisk({ seed: 1 })
    half.crashAfter(1)
    await expect(half.makeFolder('/a')).rejects.toThrow('went off')
    expect(await half.powerCut({ unsynced: 'lost' }).stat('/a')).toBeNull()
    const again = half.restart()
    await again.makeFolder('/a')
    expect(await again.powerCut({ unsynced: 'lost' }).stat('/a')).not.toBeNull()
  })
  test('of a removed folder and of what was in it come back each on its own', async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    disk.put('/a/x', sectors('x'))
    disk.put('/a/y', sectors('y'))
    await disk.removeFolder('/a')
    const found = new Set(
      seeds.map((subset) =>
        disk
          .powerCut({ unsynced: 'torn', subset })
          .files()
          .map((one) => one.path)
          .join(),
      ),
    )
    expect([...found].sort()).toEqual(['', '/a/x', '/a/x,/a/y', '/a/y'])
  })
})

test('when only the program dies all is there, and what was not synced is still not durable', async () => {
  const { disk, file } = await withFile(sectors('a'))
  await file.append(sectors('b'))
  const after = disk.restart()
  expect(shown(after, '/log')).toBe('ab')
  expect(shown(after.powerCut({ unsynced: 'lost' }), '/log')).toBe('a')
  await (await after.open('/log')).sync()
  expect(shown(after.powerCut({ unsynced: 'lost' }), '/log')).toBe('ab')
})
test('the same seed and calls give the same tear', async () => {
  const torn = async (): Promise<(string | null)[]> => {
    const { disk, file } = await withFile(sectors('a'))
    await file.append(sectors('bcdefghijk'))
    return Array.from({ length: 20 }, () => shown(disk.powerCut({ unsynced: 'torn' }), '/log'))
  }
  expect(await torn()).toEqual(await torn())
  expect(new Set(await torn()).size).toBeGreaterThan(5)
})
