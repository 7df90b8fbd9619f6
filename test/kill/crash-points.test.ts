/**
 * A kill at every named crash point, of queries that keep nothing, windows, a group for each row (whose state goes to files) and sessions. Each scenario goes
 * through its points one victim after another on the same checkpoint, so that every recovery has a history of deaths behind it.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { type CrashPoint, crashPoints } from '../../src/io/crash-point.ts'
import { isThorough, type QueryName, Scenario } from './rig.ts'
import { buildVictim } from './victim-build.ts'

/** Points that no scenario can reach, with the reason. */
const unreached: Partial<Record<CrashPoint, string>> = {}

/** `<point>` or `<point>:<n>`. */
type Death = CrashPoint | `${CrashPoint}:${number}`

const starting: readonly Death[] = [
  'runner.claimed',
  'files.fenced',
  'runner.fenced',
  'recovery.read',
  'journal.rolled',
  'recovery.sealed',
  'recovery.state',
]
const finding: readonly Death[] = ['log.written', 'log.synced']
const running: readonly Death[] = [
  'begin.written',
  'begin.synced',
  'epoch.read:2',
  'sink.before-commit',
  'sink.committed:2',
  'commit.written:3',
  'commit.synced',
  'source.committed:2',
]
const publishing: readonly Death[] = [
  'files.part-written',
  'files.manifest-written',
  'files.manifest-linked',
  'files.part-linked',
  'files.compacted',
]
const writingState: readonly Death[] = [
  'state.written',
  'recovery.state',
  'state.synced:2',
  // The segments of the journal and of the source's log come before the one of the state.
  'journal.rolled:3',
  'sink.before-commit',
  'sink.committed',
  'commit.written',
  'state.synced',
]
const spooling: readonly Death[] = [
  'log.written:3',
  'log.synced:5',
  'epoch.read:3',
  'files.manifest-linked:2',
  'commit.written:2',
  'source.committed:2',
  'recovery.state',
  'begin.written',
]
const scenarios: readonly { readonly query: QueryName; readonly rowsPerFile: number; readonly deaths: readonly Death[] }[] = [
  { query: 'copy', rowsPerFile: 20, deaths: [...starting, ...finding, ...running, ...publishing, 'stop.requested'] },
  {
    query: 'windows',
    rowsPerFile: 200,
    deaths: [...(isThorough ? [...starting, ...finding] : []), ...running, 'files.manifest-linked', 'files.part-linked'],
  },
  { query: 'wide', rowsPerFile: 2000, deaths: writingState },
  {
    query: 'sessions',
    rowsPerFile: 200,
    deaths: isThorough ? [...running, ...publishing] : ['epoch.read:2', 'sink.committed:2', 'commit.written:3', 'commit.synced'],
  },
  { query: 'socket', rowsPerFile: 0, deaths: spooling },
]

const reached = new Set<string>()
let victim = ''
beforeAll(async () => {
  victim = await buildVictim()
}, 240_000)

async function die(scenario: Scenario, death: Death, args: readonly string[] = []): Promise<void> {
  const [point = ''] = death.split(':')
  const dying = scenario.start(['--crash-at', death.includes(':') ? death : `${death}:1`, ...args])
  if (point === 'stop.requested') {
    await dying.until('its first epoch', ({ epochs }) => epochs.length > 0)
    dying.child.kill('SIGTERM')
  }
  const exit = await dying.end(`a death at ${death}`)
  expect({ death, ...exit, text: exit.signal === 'SIGKILL' ? '' : dying.text }).toEqual({ death, code: null, signal: 'SIGKILL', text: '' })
  reached.add(point)
}

describe('a kill at each point', () => {
  test.each(scenarios)('$query', { timeout: 240_000 }, async ({ query, rowsPerFile, deaths }) => {
    await Scenario.using({ victim, query, seed: 1, rowsPerFile }, async (scenario) => {
      for (const death of deaths) {
        if (query === 'socket') await die(scenario, death)
        else if (death.startsWith('begin.')) {
          // A begin is written by itself only when all was read, and then something comes.
          scenario.feeder.start(100, scenario.feeder.files + 100)
          await die(scenario, death, ['--files-max', '1000'])
          scenario.feeder.stop()
        } else {
          scenario.feeder.add(death === 'files.compacted' ? 25 : 4)
          await die(scenario, death, ['--files-max', '1'])
        }
      }
      expect(await scenario.finish()).toEqual([])
    })
  })

  test('while old segments and state are removed', { timeout: 240_000 }, async () => {
    await Scenario.using({ victim, query: 'wide', seed: 2, rowsPerFile: 100, args: ['--epochs-retained', '1'] }, async (scenario) => {
      // Files of state that a later purge has to remove.
      scenario.feeder.add(2, 2000)
      await die(scenario, 'state.synced:1', ['--files-max', '1'])
      await die(scenario, 'commit.synced:2', ['--files-max', '1'])
      for (const death of ['purge.segment:1', 'purge.state:1'] as const) {
        scenario.feeder.add(135)
        await die(scenario, death, ['--files-max', '1'])
      }
      expect(await scenario.finish()).toEqual([])
    })
  })
})

describe('kills during recovery', () => {
  const wounds: readonly Death[] = [
    'epoch.read:3',
    'state.synced:2',
    'files.manifest-linked:2',
    'sink.committed:3',
    'commit.written:3',
    ...(isThorough ? (['begin.synced', 'files.part-linked:2', 'commit.synced:3'] as const) : []),
  ]
  test.each(wounds)('three in a row after one at %s', { timeout: 240_000 }, async (wound) => {
    const query = wound.startsWith('state.') ? 'wide' : 'windows'
    await Scenario.using({ victim, query, seed: 3, rowsPerFile: query === 'wide' ? 2000 : 200 }, async (scenario) => {
      scenario.feeder.add(8)
      await die(scenario, wound, ['--files-max', '1'])
      const from = wounds.indexOf(wound)
      for (let kill = 0; kill < 3; kill++) await die(scenario, starting[(from + 2 * kill) % starting.length] as Death)
      expect(await scenario.finish()).toEqual([])
    })
  })
})

test('every point was reached, and none that was is listed as one that cannot be', () => {
  const missing = Object.keys(crashPoints).filter((point) => !reached.has(point) && !(point in unreached))
  const needless = Object.keys(unreached).filter((point) => reached.has(point))
  expect({ missing, needless }).toEqual({ missing: [], needless: [] })
})
