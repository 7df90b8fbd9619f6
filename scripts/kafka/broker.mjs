/** One broker as a process: started detached, known by its pid file, ended by a signal. */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { answeringBroker } from './network.mjs'
import { logging } from './settings.mjs'

const START_MS_MAX = 120_000
/** A broker that says goodbye hands its partitions over first; one that cannot is ended. */
const STOP_MS_MAX = 30_000
const LOOK_EVERY_MS = 100

export async function startBroker({ folder, jars, broker, heap, java }) {
  if (await answeringBroker(broker.ports.PLAINTEXT, broker.id)) return
  if (pidOf(folder, broker) === null) {
    const log = openSync(join(folder, String(broker.id), 'kafka.log'), 'a')
    const settings = settingsFile(folder, broker)
    const args = [`-Xms${heap}`, `-Xmx${heap}`, ...java, logging, '-cp', join(jars, '*'), 'kafka.Kafka', settings]
    const child = spawn('java', args, { detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    writeFileSync(pidFile(folder, broker), String(child.pid))
    child.unref()
  }
  const deadline = Date.now() + START_MS_MAX
  while (!(await answeringBroker(broker.ports.PLAINTEXT, broker.id))) {
    if (pidOf(folder, broker) === null || Date.now() > deadline) {
      const log = readFileSync(join(folder, String(broker.id), 'kafka.log'), 'utf8')
        .split('\n')
        .slice(-20)
        .join('\n')
      throw new Error(`Kafka ${broker.id} did not start:\n${log}`)
    }
    await sleep(LOOK_EVERY_MS)
  }
}

export async function stopBroker({ folder, broker, kill }) {
  const pid = pidOf(folder, broker)
  if (pid !== null) {
    process.kill(pid, kill ? 'SIGKILL' : 'SIGTERM')
    const deadline = Date.now() + STOP_MS_MAX
    while (pidOf(folder, broker) !== null) {
      if (Date.now() > deadline) process.kill(pid, 'SIGKILL')
      await sleep(LOOK_EVERY_MS)
    }
  }
  rmSync(pidFile(folder, broker), { force: true })
}

const pidFile = (folder, { id }) => join(folder, String(id), 'kafka.pid')
const settingsFile = (folder, { id }) => join(folder, String(id), 'server.properties')

/** The running process of this broker, and of no other: a pid that is left over may be anyone's. */
function pidOf(folder, broker) {
  if (!existsSync(pidFile(folder, broker))) return null
  const pid = Number(readFileSync(pidFile(folder, broker), 'utf8'))
  try {
    const line = execFileSync('ps', ['-o', 'stat=,args=', '-ww', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' })
    // One that has ended and that nobody waits for runs no longer.
    return !line.startsWith('Z') && line.includes(settingsFile(folder, broker)) ? pid : null
  } catch {
    return null
  }
}
