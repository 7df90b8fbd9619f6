/**
 * A disk that fails: the n-th change or the n-th read, once or for ever. The query ends with a MillraceError, and when the disk is well again it goes on, in a
 * new process and in the same one, to the right output.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { MillraceError } from '../../src/error.ts'
import { isChosen, isFull, isSampled, noteCounts } from './budget.ts'
import { Enumeration } from './enumeration.ts'
import { DISK_FAILURES } from './failed-sync.ts'
import { type Machine, machineOf, type Start, start, withInput } from './machine.ts'
import { scenarios } from './scenarios.ts'

const CODES = ['EIO', 'ENOSPC', 'EMFILE'] as const
const TIMEOUT_MS = isFull ? 60 * 60_000 : 120_000

interface Fault {
  readonly of: 'operation' | 'read'
  readonly number: number
  readonly code: (typeof CODES)[number]
  readonly forever: boolean
  readonly sameProcess: boolean
}

describe.each(scenarios.filter(isChosen))('$name', (scenario) => {
  const counts = { faults: 0 }
  afterAll(() => noteCounts(`faults-${scenario.name}`, counts))

  test.each(['operation', 'read'] as const)('each %s of the disk fails', { timeout: TIMEOUT_MS }, async (of) => {
    const enumeration = await Enumeration.of(scenario)
    const machine = withInput(enumeration.phases[1] as Machine)
    const { disk } = await start(scenario, machine)
    const total = of === 'operation' ? disk.operations : disk.reads
    expect(total).toBeGreaterThan(20)
    for (let number = 1; number <= total; number++) {
      if (!isSampled(number, of === 'operation' ? 29 : 19, scenario.name.length)) continue
      for (const fault of faultsAt(of, number)) {
        counts.faults++
        await check(enumeration, machine, fault)
      }
    }
  })
})

function faultsAt(of: Fault['of'], number: number): readonly Fault[] {
  const all = CODES.flatMap((code) =>
    [false, true].flatMap((forever) => [false, true].map((sameProcess): Fault => ({ of, number, code, forever, sameProcess }))),
  )
  return isFull ? all : [all[number % all.length] as Fault]
}

async function check(enumeration: Enumeration, machine: Machine, fault: Fault): Promise<void> {
  const { of, number, code, forever } = fault
  try {
    const first = await start(enumeration.scenario, machine, {
      prepare: (disk) => {
        if (of === 'operation') disk.failOperation(number, code, { forever, shortWriteBytes: number % 50 })
        else disk.failRead(number, code, { forever })
      },
    })
    if (first.failure !== null && !DISK_FAILURES.includes((first.failure as MillraceError).code)) throw first.failure
    first.disk.heal()
    // What was taken for good, such as a draft that could not be removed, may stay out of a message.
    if (first.failure === null) await mustBeRight(enumeration, first)
    const second = await start(enumeration.scenario, machineOf(first), { sameProcess: fault.sameProcess })
    await mustBeRight(enumeration, second)
  } catch (error) {
    throw new Error(`${String(error)}\n  scenario ${enumeration.scenario.name}, fault ${JSON.stringify(fault)}`, { cause: error })
  }
}

async function mustBeRight(enumeration: Enumeration, one: Start): Promise<void> {
  if (one.failure !== null) throw one.failure
  const wrong = await enumeration.wrongness(one)
  if (wrong !== null) throw new Error(wrong)
}

test('an error of the checkpoint says so, and has the system’s as its cause', async () => {
  const [scenario] = scenarios
  if (scenario === undefined) throw new Error('there is no scenario')
  const machine = withInput((await Enumeration.of(scenario)).phases[1] as Machine)
  const { failure } = await start(scenario, machine, { prepare: (disk) => disk.failOperation(4, 'ENOSPC') })
  expect(MillraceError.is(failure, 'CHECKPOINT_FAILED')).toBe(true)
  expect(failure?.cause).toMatchObject({ code: 'ENOSPC' })
})
