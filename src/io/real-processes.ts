/**
 * The real processes. A pid is used again, so a process is known by its pid and when it began: on Linux the boot's id and the clock tick of its start, on macOS
 * the second of its start; other systems do not say, and there a pid that somebody has is `unknown`. A process that died and was not yet waited for is dead.
 * Host names are taken as they are: machines or containers that share one are taken for one machine, and may then be called dead though they run. Whoever asks
 * must be safe in that case too (the fence is), and gains an early, clear error in all others.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Processes, ProcessIdentity } from './io.ts'

/** What the system says of a pid: when it began, or that nobody has it, or nothing. */
export type Lookup = { readonly startedAt: string } | 'none' | 'silent'

const PS_TIMEOUT_MS = 5000

let self: ProcessIdentity | null = null

export const realProcesses: Processes = {
  get self() {
    self ??= Object.freeze({ host: hostname(), pid: process.pid, startedAt: ownStart() })
    return self
  },

  stateOf(identity) {
    const own = realProcesses.self
    if (identity.host !== own.host) return 'unknown'
    if (identity.pid === own.pid) return identity.startedAt === own.startedAt ? 'alive' : 'dead'
    const found = look(identity.pid)
    if (found === 'none') return 'dead'
    if (found === 'silent') return 'unknown'
    return found.startedAt === identity.startedAt ? 'alive' : 'dead'
  },
}

function ownStart(): string {
  const found = look(process.pid)
  return typeof found === 'string' ? `at ${Math.round(performance.timeOrigin)}` : found.startedAt
}

function look(pid: number): Lookup {
  // Signals to zero and below go to groups of processes.
  if (!Number.isInteger(pid) || pid < 1) return 'none'
  if (process.platform === 'linux') return lookInProc(pid)
  if (process.platform === 'darwin') return lookWithPs(pid)
  return lookWithSignal(pid)
}

function lookInProc(pid: number): Lookup {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return startInStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), boot)
  } catch {
    // The folder of a process may be hidden from us (hidepid).
    return lookWithSignal(pid)
  }
}

/** Field 22 of the text of /proc/<pid>/stat. Field 2 is the command's name in parentheses, and may itself have spaces and parentheses. */
export function startInStat(stat: string, boot: string): Lookup {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  const ticks = fields[22 - 3]
  if (state === 'Z' || state === 'X') return 'none'
  return ticks === undefined ? 'silent' : { startedAt: `${boot} ${ticks}` }
}

/** Anyone's times are in UTC and English, so that they compare. */
export function lookWithPs(pid: number): Lookup {
  try {
    const said = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PS_TIMEOUT_MS,
    })
    const [state = '', ...start] = said.trim().split(/\s+/)
    if (state.startsWith('Z')) return 'none'
    return start.length === 0 ? lookWithSignal(pid) : { startedAt: start.join(' ') }
  } catch {
    return lookWithSignal(pid)
  }
}

/** Signal 0 reaches nobody; that it could says that the pid is taken, by whomever. */
export function lookWithSignal(pid: number): Lookup {
  try {
    process.kill(pid, 0)
    return 'silent'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'none' : 'silent'
  }
}
