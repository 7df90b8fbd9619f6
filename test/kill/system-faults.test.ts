/**
 * What systems do to a query beside killing it: full disks, folders that cannot be written, too many open files, folders that vanish. Each time the query ends
 * with a typed error that carries the system's, and a later start goes on as if nothing had been.
 *
 * Disks are file systems in memory that the test mounts, which only root on Linux may do; elsewhere these tests are skipped. Root that cannot mount is a failure.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { isThorough, type QueryName, Scenario, type Victim } from './rig.ts'
import { buildVictim } from './victim-build.ts'

let victim = ''
beforeAll(async () => {
  victim = await buildVictim()
}, 240_000)

const canMount = process.platform === 'linux' && process.getuid?.() === 0
const typed = /^(SINK_FAILED|CHECKPOINT_FAILED|SOURCE_FAILED)$/

class Mount {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-mount-'))

  static async using(size: string, use: (mount: Mount) => Promise<void>): Promise<void> {
    const mount = new Mount()
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'millrace', mount.folder])
    try {
      await use(mount)
    } finally {
      execFileSync('umount', ['-l', mount.folder])
      rmSync(mount.folder, { recursive: true, force: true })
    }
  }
  remount(options: string): void {
    execFileSync('mount', ['-o', `remount,${options}`, this.folder], { stdio: 'pipe' })
  }
}

async function failure(running: Victim, about: string): Promise<{ readonly code: string; readonly text: string }> {
  const exit = await running.end(about)
  expect(exit.code, running.text).toBe(3)
  return { code: running.failure?.code ?? '', text: `${running.failure?.message} ${running.failure?.cause}` }
}

describe.runIf(canMount)('on a disk of its own (needs root on Linux)', () => {
  const layouts: readonly { readonly what: string; readonly query: QueryName; readonly full: readonly ('output' | 'checkpoint')[] }[] = [
    { what: 'output and checkpoint', query: 'copy', full: ['output', 'checkpoint'] },
    { what: 'the output', query: 'copy', full: ['output'] },
    { what: 'the checkpoint', query: 'wide', full: ['checkpoint'] },
  ]
  test.each(layouts)('a full disk under $what', { timeout: 240_000 }, async ({ query, full }) => {
    await Mount.using('400k', async (mount) => {
      const place = Object.fromEntries(full.map((one) => [one, join(mount.folder, one)]))
      await Scenario.using({ victim, query, seed: 31, rowsPerFile: 200, ...place }, async (scenario) => {
        scenario.feeder.add(60)
        scenario.feeder.start(20, 400)
        const { code, text } = await failure(scenario.start(['--files-max', '1']), 'a full disk')
        scenario.feeder.stop()
        expect(code).toMatch(typed)
        expect(text).toContain('ENOSPC')
        // Still full: the next start says so too, and does no harm.
        const again = await failure(scenario.start(['--files-max', '1']), 'a disk that is still full')
        expect(again.code, again.text).toMatch(typed)
        mount.remount('size=64m')
        expect(await scenario.finish()).toEqual([])
      })
    })
  })

  test.each(['output', 'checkpoint'] as const)('the %s cannot be written', { timeout: 240_000 }, async (which) => {
    await Mount.using('16m', async (mount) => {
      const place = join(mount.folder, which)
      mkdirSync(place)
      await Scenario.using({ victim, query: 'copy', seed: 32, [which]: place }, async (scenario) => {
        scenario.feeder.add(3)
        const first = scenario.start(['--files-max', '1'])
        await first.until('some epochs', ({ epochs }) => epochs.length >= 2)
        await first.kill()
        mount.remount('ro')
        scenario.feeder.add(2)
        const { code, text } = await failure(scenario.start(), 'a folder that cannot be written')
        expect(code, text).toMatch(typed)
        expect(text).toContain('EROFS')
        mount.remount('rw')
        expect(await scenario.finish()).toEqual([])
      })
    })
  })

  test('the output cannot be written any more while the query runs', { timeout: 240_000 }, async () => {
    await Mount.using('16m', async (mount) => {
      await Scenario.using({ victim, query: 'copy', seed: 33, output: join(mount.folder, 'out') }, async (scenario) => {
        scenario.feeder.start(30, 200)
        const running = scenario.start(['--files-max', '1'])
        await running.until('some epochs', ({ epochs }) => epochs.length >= 3)
        for (let isOpen = true; isOpen; ) {
          try {
            mount.remount('ro')
            isOpen = false
          } catch {
            // A part is being written just now.
          }
        }
        const { code, text } = await failure(running, 'a folder that cannot be written')
        expect(code).toBe('SINK_FAILED')
        expect(text).toContain('EROFS')
        mount.remount('rw')
        expect(await scenario.finish()).toEqual([])
      })
    })
  })
})

describe('too many open files', () => {
  const moments = [
    'runner.claimed',
    'epoch.read',
    'sink.committed',
    'source.committed',
    ...(isThorough ? (['recovery.read', 'sink.before-commit', 'files.manifest-linked', 'state.written'] as const) : []),
  ]
  test.each(moments)('from %s on', { timeout: 240_000 }, async (point) => {
    await Scenario.using({ victim, query: 'wide', seed: 34, rowsPerFile: 1500 }, async (scenario) => {
      scenario.feeder.add(3)
      scenario.feeder.start(50, 20)
      const starved = scenario.start(['--files-max', '1', '--descriptors-at', `${point}:1`], { shell: 'ulimit -n 128' })
      const { code, text } = await failure(starved, 'no descriptors')
      expect(code, text).toMatch(typed)
      expect(text).toContain('EMFILE')
      scenario.feeder.stop()
      expect(await scenario.finish()).toEqual([])
    })
  })
})

describe('folders that vanish', () => {
  test('the checkpoint: the query ends, and a new one does not write into the output of the old', { timeout: 240_000 }, async () => {
    await Scenario.using({ victim, query: 'copy', seed: 35 }, async (scenario) => {
      scenario.feeder.start(30, 200)
      const running = scenario.start(['--files-max', '1'])
      await running.until('some epochs', ({ epochs }) => epochs.length >= 3)
      rmSync(scenario.checkpoint, { recursive: true, force: true })
      const gone = await failure(running, 'a checkpoint that is gone')
      expect(gone.code, gone.text).toBe('CHECKPOINT_DAMAGED')
      expect(gone.text).toMatch(/something removed it, or the whole checkpoint/)
      const rows = scenario.ledger.rows.length
      expect(rows).toBeGreaterThan(0)
      const { code, text } = await failure(scenario.start(), 'a new checkpoint on an old output')
      expect(code).toBe('SINK_FAILED')
      expect(text).toMatch(/another query/)
      expect(
        scenario.audit().filter((wrong) => !wrong.includes(' 0 times') && !wrong.startsWith('the ') && !wrong.startsWith('and ')),
      ).toEqual([])
    })
  })
})
