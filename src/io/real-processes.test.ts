import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { realIo } from './real.ts'
import { lookWithPs, lookWithSignal, realProcesses, startInStat } from './real-processes.ts'

const { self } = realProcesses
const running = async (): Promise<ChildProcess & { readonly pid: number }> => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], { stdio: ['ignore', 'pipe', 'ignore'] })
  if (child.stdout !== null) await once(child.stdout, 'data')
  return Object.assign(child, { pid: child.pid ?? 0 })
}
const onLinux = process.platform === 'linux'

test('this process is alive and stays who it is', () => {
  expect(self.pid).toBe(process.pid)
  expect(self.host).not.toBe('')
  expect(realIo.processes.self).toBe(self)
  expect(realProcesses.stateOf({ ...self })).toBe('alive')
})
test('one that had our pid before is dead', () => {
  expect(realProcesses.stateOf({ ...self, startedAt: 'at 1' })).toBe('dead')
})
test('of other hosts nothing is known', () => {
  expect(realProcesses.stateOf({ ...self, host: `${self.host}.elsewhere` })).toBe('unknown')
})
test.each([0, -1, 1.5, Number.NaN, 2 ** 31 - 2])('nobody has the pid %s', (pid) => {
  expect(realProcesses.stateOf({ ...self, pid })).toBe('dead')
})

describe.runIf(onLinux || process.platform === 'darwin')('another process', () => {
  test('is alive until it is killed; another start is another process', async () => {
    const child = await running()
    const looked = onLinux
      ? startInStat(await textOf(`/proc/${child.pid}/stat`), self.startedAt.split(' ')[0] ?? '')
      : lookWithPs(child.pid)
    if (typeof looked === 'string') throw new Error(`the system says ${looked}`)
    const identity = { host: self.host, pid: child.pid, startedAt: looked.startedAt }
    expect(realProcesses.stateOf(identity)).toBe('alive')
    expect(realProcesses.stateOf({ ...identity, startedAt: self.startedAt })).toBe('dead')
    child.kill('SIGSTOP')
    expect(realProcesses.stateOf(identity)).toBe('alive')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(realProcesses.stateOf(identity)).toBe('dead')
  })
})

describe('the text of /proc/<pid>/stat', () => {
  const rest = 'S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20 21 22'
  test.each(['node', 'a b', 'a) S 1 (b', ')', '((', ''])('with the command %j', (name) => {
    expect(startInStat(`42 (${name}) ${rest}\n`, 'boot')).toEqual({ startedAt: 'boot 987654' })
  })
  test('of one that nobody waited for', () => {
    expect(startInStat(`42 (a) ${rest.replace('S', 'Z')}`, 'boot')).toBe('none')
  })
  test('that is cut', () => {
    expect(startInStat('42 (a) S 1 2', 'boot')).toBe('silent')
  })
})

test('without more, signal 0 says that a pid is taken or is not', () => {
  expect(lookWithSignal(process.pid)).toBe('silent')
  expect(lookWithSignal(2 ** 31 - 2)).toBe('none')
})
test('ps says the same of a process each time, and that one is missing', () => {
  expect(lookWithPs(process.pid)).toEqual(lookWithPs(process.pid))
  expect(lookWithPs(2 ** 31 - 2)).toBe('none')
})

const textOf = async (path: string): Promise<string> => (await import('node:fs/promises')).readFile(path, 'utf8')
