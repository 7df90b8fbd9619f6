import { describe, expect, test } from 'vitest'
import { SimulatedDisk } from '../../io/simulated-disk.ts'
import { SegmentWriter, scanLog } from './segments.ts'

const FOLDER = '/log'
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

async function newDisk(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 1 })
  await disk.makeFolder(FOLDER)
  return disk
}
async function entries(disk: SimulatedDisk): Promise<string[]> {
  return (await scanLog(disk, FOLDER, 'test')).segments.flatMap((segment) => segment.blocks.slice(1).map((block) => text(block.payload)))
}
async function runner(disk: SimulatedDisk, epoch: number): Promise<SegmentWriter> {
  const scan = await scanLog(disk, FOLDER, 'test')
  const writer = new SegmentWriter(disk, FOLDER, 'test', epoch, scan.segments.at(-1)?.seal ?? null)
  await writer.roll(null)
  return writer
}
async function append(writer: SegmentWriter, value: string): Promise<void> {
  await writer.write(bytes(value))
  await writer.sync()
}

describe('a log in segments', () => {
  test('goes on over rolls and runners', async () => {
    const disk = await newDisk()
    expect(await entries(disk)).toEqual([])
    const first = await runner(disk, 1)
    await append(first, 'a')
    await first.roll(null)
    await append(first, 'b')
    const second = await runner(disk, 3)
    await append(second, 'c')
    expect(await entries(disk)).toEqual(['a', 'b', 'c'])
    expect((await scanLog(disk, FOLDER, 'test')).segments.map((segment) => segment.name)).toEqual([
      '0000000001-000000',
      '0000000001-000001',
      '0000000003-000000',
    ])
  })

  test('does not have what a runner appended or rolled after it was read', async () => {
    const disk = await newDisk()
    const first = await runner(disk, 1)
    await append(first, 'a')
    const second = await runner(disk, 2)
    await append(first, 'late')
    await first.roll(null)
    await append(first, 'later')
    await append(second, 'b')
    const scan = await scanLog(disk, FOLDER, 'test')
    expect(await entries(disk)).toEqual(['a', 'b'])
    expect(scan.strays).toEqual(['/log/0000000001-000001'])
  })

  test('what was synced is there after any power cut, and nothing that was not is in between', async () => {
    const disk = await newDisk()
    const writer = await runner(disk, 1)
    await append(writer, 'synced')
    await writer.write(bytes('not synced '.repeat(200)))
    for (let subset = 0; subset < 40; subset++) {
      const after = disk.powerCut({ unsynced: 'torn', subset })
      const found = await entries(after)
      expect(found[0]).toBe('synced')
      expect(found.length).toBeLessThanOrEqual(2)
    }
    expect(await entries(disk.powerCut({ unsynced: 'lost' }))).toEqual(['synced'])
    expect(await entries(disk.powerCut({ unsynced: 'kept' }))).toHaveLength(2)
  })

  test('a sealed segment that is shorter than it was is damage; one that is gone is missing', async () => {
    const disk = await newDisk()
    const first = await runner(disk, 1)
    await append(first, 'a')
    await append(first, 'b')
    await runner(disk, 2)
    const shorter = disk.powerCut({ unsynced: 'kept' })
    shorter.corrupt('/log/0000000001-000000', { truncateTo: (shorter.contents('/log/0000000001-000000').length * 3) >> 2 })
    await expect(scanLog(shorter, FOLDER, 'test')).rejects.toThrow(/CHECKPOINT_DAMAGED.*0000000001-000000/)
    await disk.remove('/log/0000000001-000000')
    expect((await scanLog(disk, FOLDER, 'test')).missing).toMatchObject({ name: '0000000001-000000' })
  })

  test('after an error nothing is written any more', async () => {
    const disk = await newDisk()
    const writer = await runner(disk, 1)
    await append(writer, 'a')
    disk.failOperation(disk.operations + 2, 'EIO')
    await writer.write(bytes('b'))
    await expect(writer.sync()).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED', cause: { code: 'EIO' } })
    await expect(writer.write(bytes('c'))).rejects.toThrow('CHECKPOINT_FAILED')
    await expect(writer.sync()).rejects.toThrow('CHECKPOINT_FAILED')
  })

  test('a later format is refused by number, a file of another log is damage', async () => {
    const disk = await newDisk()
    const writer = await runner(disk, 1)
    await append(writer, 'a')
    await expect(scanLog(disk, FOLDER, 'other')).rejects.toThrow('CHECKPOINT_DAMAGED')
  })
})

test('what was written before a roll is durable with it', async () => {
  const disk = await newDisk()
  const writer = await runner(disk, 1)
  await writer.write(bytes('before the roll'))
  await writer.roll(null)
  await append(writer, 'after')
  expect(await entries(disk.powerCut({ unsynced: 'lost' }))).toEqual(['before the roll', 'after'])
})
