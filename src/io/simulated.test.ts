import { expect, test } from 'vitest'
import { simulatedIo } from './simulated.ts'
import { SimulatedProcesses } from './simulated-processes.ts'

test('a world repeats itself and has no network', async () => {
  const one = simulatedIo({ seed: 3, startMs: 1000 })
  expect(one.random.uuid()).toBe(simulatedIo({ seed: 3 }).random.uuid())
  expect(one.clock.nowMs()).toBe(1000)
  await expect(one.net.connect({ host: 'localhost', port: 1, timeoutMs: 1 })).rejects.toMatchObject({ code: 'ENETUNREACH' })
  await one.disk.create('/a')
  const next = simulatedIo({ seed: 4, startMs: 2000, disk: one.disk.restart(), processes: one.processes.begin() })
  await next.disk.create('/b')
  expect((await next.disk.list('/')).map((one) => one.modifiedMs)).toEqual([1000, 2000])
  expect(next.processes.stateOf(one.processes.self)).toBe('alive')
})
test('processes know those that come from the same first one', () => {
  const first = new SimulatedProcesses()
  const second = first.begin()
  const elsewhere = second.begin('elsewhere')
  expect(new Set([first, second, elsewhere].map((one) => JSON.stringify(one.self))).size).toBe(3)
  expect([first.stateOf(elsewhere.self), elsewhere.stateOf(first.self), first.stateOf(first.self)]).toEqual(['alive', 'alive', 'alive'])
  second.end()
  expect(first.stateOf(second.self)).toBe('dead')
  first.setState(elsewhere.self, 'unknown')
  expect(second.stateOf(elsewhere.self)).toBe('unknown')
  expect(first.stateOf({ host: 'x', pid: 9, startedAt: '?' })).toBe('unknown')
})
