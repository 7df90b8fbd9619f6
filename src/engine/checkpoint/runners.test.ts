/** Claims: what starts that crashed left is removed and takes nothing from those that are at it, and who is shut out is told from whose checkpoint is gone. */
import { expect, test } from 'vitest'
import type { Disk } from '../../io/io.ts'
import { simulatedIo } from '../../io/simulated.ts'
import { writeQueryFile } from './query-file.ts'
import { checkFence, claimRunner, releaseRunner } from './runners.ts'

const FOLDER = '/cp/runners'
const drafts = (io: ReturnType<typeof simulatedIo>): string[] =>
  io.disk
    .files()
    .map(({ path }) => path)
    .filter((path) => path.includes('/.'))
const claimedOn = async (io: ReturnType<typeof simulatedIo>, runId: string, disk: Disk = io.disk): Promise<number> => {
  const runnerEpoch = await claimRunner({ ...io, disk }, FOLDER, runId, true)
  return runnerEpoch
}

test('drafts of starts that crashed go with the next claim', async () => {
  const io = simulatedIo({ seed: 1 })
  io.disk.put('/cp/.query-crashed', Buffer.from('half'))
  io.disk.put(`${FOLDER}/.0000000001-crashed`, Buffer.from('half'))
  io.disk.put(`${FOLDER}/.0000000009-later`, Buffer.from('at it'))
  io.disk.put('/cp/journal/.0000000001-000000-1', Buffer.from('half'))
  io.disk.put('/cp/journal/.0000000001-000000-7', Buffer.from('at it'))
  io.disk.put('/cp/.other', Buffer.from('of somebody'))
  expect(await claimedOn(io, 'one')).toBe(1)
  expect(await claimedOn(io, 'two')).toBe(2)
  expect(drafts(io)).toEqual(['/cp/.other', '/cp/journal/.0000000001-000000-7', `${FOLDER}/.0000000009-later`])
})

test('whose draft is removed meanwhile has lost the race for its number, and tries the next one', async () => {
  const io = simulatedIo({ seed: 1 })
  let others = 0
  const disk = beforeLinks(io.disk, async () => {
    if (others++ === 0) expect(await claimedOn(io, 'faster')).toBe(1)
  })
  expect(await claimedOn(io, 'slower', disk)).toBe(2)
  expect(drafts(io)).toEqual([])
})

test('a query file whose draft is removed meanwhile is written all the same', async () => {
  const io = simulatedIo({ seed: 1 })
  await io.disk.makeFolder('/cp')
  let others = 0
  const disk = beforeLinks(io.disk, async () => {
    if (others++ === 0) await claimedOn(io, 'other')
  })
  await writeQueryFile(disk, '/cp', { format: 1, queryId: 'q', createdMs: 0 }, 'run')
  expect(others).toBe(2)
  expect(io.disk.files().map(({ path }) => path)).toEqual(['/cp/query', `${FOLDER}/0000000001`])
})

test('who is shut out is told so, however many came after it; a checkpoint that is gone is no runner', async () => {
  const io = simulatedIo({ seed: 1 })
  const first = await claimedOn(io, 'first')
  checkFence(io, FOLDER, first)
  for (let later = 0; later < 50; later++) {
    await releaseRunner(io, FOLDER, await claimedOn(io, `later-${later}`))
    expect(() => checkFence(io, FOLDER, first)).toThrow('QUERY_FENCED')
  }
  const last = await claimedOn(io, 'last')
  checkFence(io, FOLDER, last)
  await io.disk.remove(`${FOLDER}/00000000${last}`)
  expect(() => checkFence(io, FOLDER, last)).toThrow(/CHECKPOINT_DAMAGED.*claim of this runner.*removed/)
  await io.disk.removeFolder('/cp')
  expect(() => checkFence(io, FOLDER, first)).toThrow(/CHECKPOINT_DAMAGED/)
})

/** The disk of a process that something happens to before each of its links. */
function beforeLinks(disk: Disk, happens: () => Promise<void>): Disk {
  return new Proxy(disk, {
    get(target, name: keyof Disk) {
      if (name !== 'link') return target[name].bind(target)
      return async (path: string, newPath: string) => {
        await happens()
        return target.link(path, newPath)
      }
    },
  })
}
