/**
 * A real Kafka for a suite, by scripts/kafka.mjs. One plain broker is shared by all suites of a run (and of runs beside it in the same checkout), and stops
 * with the last of them; clusters of a suite's own are forgotten with the suite. Without Java the suites are skipped, except in CI.
 */
import { execFile, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe } from 'vitest'
import { root } from '../program-runner.ts'

const run = promisify(execFile)
const script = join(root, 'scripts/kafka.mjs')
const folder = join(root, '.cache/kafka')
const shared = join(folder, 'tests')
const usersFolder = join(folder, 'users')
/** What starting takes on a busy machine. A lock that is older was left by someone who died. */
export const START_MS_MAX = 180_000

const problem = (() => {
  const { status, stderr } = spawnSync(process.execPath, [script, 'check'], { encoding: 'utf8' })
  return status === 0 ? null : stderr.trim()
})()
const required = process.env['CI'] !== undefined

/** `describe`, where a Kafka can be started; in CI it must be. */
export const describeKafka = describe.skipIf(problem !== null && !required)
if (problem !== null && !required) console.warn(`The suites that need a real Kafka are skipped. ${problem}`)

export interface BrokerPorts {
  readonly id: number
  readonly ports: Readonly<Record<'PLAINTEXT' | 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT', number>>
}
export interface Cluster {
  /** Where certificates, logs and data are. */
  readonly folder: string
  readonly brokers: readonly BrokerPorts[]
  /** `host:port` of all brokers, plain. */
  readonly bootstrapServers: string
  start(id?: number): Promise<void>
  stop(id?: number, options?: { readonly kill?: boolean }): Promise<void>
  /** Stops it and removes its data. */
  forget(): Promise<void>
}
export interface ClusterOptions {
  readonly brokers?: number
  readonly secure?: boolean
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  readonly heap?: string
}

/** A cluster of the suite's own. */
export async function startCluster(
  name: string,
  { brokers = 1, secure = false, settings = {}, heap = '384m' }: ClusterOptions = {},
): Promise<Cluster> {
  const place = join(folder, `${name}-${process.pid}`)
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  const options = ['--port', '0', '--brokers', String(brokers), '--heap', heap, ...(secure ? ['--secure'] : []), ...set]
  await kafka('start', place, ['--fresh', ...options])
  return clusterIn(place, heap)
}

/** The plain broker that all suites share: use topics with names of your own. */
export async function sharedCluster(): Promise<Cluster> {
  const unlock = await lock()
  try {
    await kafka('start', shared, ['--port', '0'])
    return await clusterIn(shared, '512m')
  } finally {
    unlock()
  }
}

async function clusterIn(place: string, heap: string): Promise<Cluster> {
  const { brokers } = JSON.parse(await kafka('status', place, ['--json'])) as { readonly brokers: readonly BrokerPorts[] }
  const only = (id: number | undefined): string[] => (id === undefined ? [] : ['--only', String(id)])
  return {
    folder: place,
    brokers,
    bootstrapServers: brokers.map(({ ports }) => `localhost:${ports.PLAINTEXT}`).join(','),
    start: async (id) => void (await kafka('start', place, ['--heap', heap, ...only(id)])),
    stop: async (id, { kill = false } = {}) => void (await kafka('stop', place, [...only(id), ...(kill ? ['--kill'] : [])])),
    forget: () => forget(place),
  }
}

async function forget(place: string): Promise<void> {
  await kafka('stop', place, ['--kill'])
  rmSync(place, { recursive: true, force: true })
}

/** Says that a run of tests may use the shared broker; gives what ends that (test/setup/kafka.ts). */
export function beginRun(): () => Promise<void> {
  mkdirSync(usersFolder, { recursive: true })
  // What runs that were killed have left behind.
  const left = readdirSync(folder).filter((name) => /-\d+$/.test(name) && !isAlive(name.split('-').at(-1) ?? ''))
  const swept = Promise.all(left.map((name) => forget(join(folder, name))))
  const own = join(usersFolder, String(process.pid))
  writeFileSync(own, '')
  return async () => {
    rmSync(own, { force: true })
    await swept
    if (readdirSync(usersFolder).some(isAlive) || !existsSync(shared)) return
    await forget(shared)
  }
}

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    rmSync(join(usersFolder, pid), { force: true })
    return false
  }
}

async function kafka(command: string, place: string, options: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [script, command, '--folder', place, ...options])
  return stdout
}

/** One process at a time starts the shared broker. */
async function lock(): Promise<() => void> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'tests.lock')
  for (;;) {
    try {
      closeSync(openSync(file, 'wx'))
      return () => rmSync(file, { force: true })
    } catch {
      const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (age > START_MS_MAX) rmSync(file, { force: true })
      await sleep(100)
    }
  }
}
