/**
 * The jobs by hand, without an engine: `by-hand.js <job> <file>`. JSON.parse for each line and a careful loop behind it: Maps by number where that is
 * possible, no object more than JSON.parse makes. It knows its one file, its one job and no disorder beyond it, keeps nothing after it ends, and checks nothing.
 */
import { createReadStream } from 'node:fs'
import { measureWork } from '../measure.ts'
import type { Job } from './jobs.ts'

interface Event {
  readonly id: number
  readonly timestamp: string
  readonly value: number
  readonly user: string
  readonly kind: string
}
const [job, file = ''] = process.argv.slice(2) as [Job, string]

async function eachEvent(take: (event: Event) => void): Promise<void> {
  let rest = ''
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(JSON.parse(line) as Event)
  }
}

const added = (counts: Iterable<number>): number => {
  let sum = 0
  for (const one of counts) sum += one
  return sum
}
const add = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

const programs: Record<Job, () => Promise<number>> = {
  'decode-one': async () => {
    let [latest, n] = [0, 0]
    await eachEvent(({ timestamp }) => {
      latest = Math.max(latest, Date.parse(timestamp))
      n++
    })
    return latest > 0 ? n : 0
  },
  'decode-five': async () => {
    const ids: number[] = []
    const times: number[] = []
    const values: number[] = []
    const users: string[] = []
    const kinds: string[] = []
    let rows = 0
    await eachEvent(({ id, timestamp, value, user, kind }) => {
      ids.push(id)
      times.push(Date.parse(timestamp))
      values.push(value)
      users.push(user)
      kinds.push(kind)
      if (ids.length < 4096) return
      rows += ids.length
      ids.length = times.length = values.length = users.length = kinds.length = 0
    })
    return rows + ids.length
  },
  exercise1: async () => {
    const counts = new Map<number, number>()
    await eachEvent(({ timestamp }) => add(counts, Math.floor(Date.parse(timestamp) / 60_000)))
    return added(counts.values())
  },
  'by-user': async () => {
    const minutes = new Map<number, Map<string, { n: number; total: number }>>()
    await eachEvent(({ timestamp, user, value }) => {
      const minute = Math.floor(Date.parse(timestamp) / 60_000)
      let users = minutes.get(minute)
      if (users === undefined) {
        users = new Map()
        minutes.set(minute, users)
      }
      const group = users.get(user)
      if (group === undefined) users.set(user, { n: 1, total: value })
      else {
        group.n++
        group.total += value
      }
    })
    let n = 0
    for (const users of minutes.values()) for (const group of users.values()) n += group.n
    return n
  },
  sliding: async () => {
    const counts = new Map<number, number>()
    await eachEvent(({ timestamp }) => {
      const last = Math.floor(Date.parse(timestamp) / 2000)
      for (let back = 0; back < 5; back++) add(counts, last - back)
    })
    return added(counts.values()) / 5
  },
  'sliding-by-user': async () => {
    const windows = new Map<number, Map<string, number>>()
    await eachEvent(({ timestamp, user }) => {
      const last = Math.floor(Date.parse(timestamp) / 2000)
      for (let back = 0; back < 5; back++) {
        let users = windows.get(last - back)
        if (users === undefined) {
          users = new Map()
          windows.set(last - back, users)
        }
        add(users, user)
      }
    })
    let n = 0
    for (const users of windows.values()) n += added(users.values())
    return n / 5
  },
  sessions: async () => {
    const times = new Map<string, number[]>()
    await eachEvent(({ timestamp, user }) => {
      const own = times.get(user)
      if (own === undefined) times.set(user, [Date.parse(timestamp)])
      else own.push(Date.parse(timestamp))
    })
    let n = 0
    const sessions: { start: number; end: number; n: number }[] = []
    for (const own of times.values()) {
      own.sort((a, b) => a - b)
      let session: { start: number; end: number; n: number } | null = null
      for (const time of own) {
        if (session === null || time > session.end) {
          session = { start: time, end: time + 10_000, n: 0 }
          sessions.push(session)
        }
        session.n++
        session.end = time + 10_000
      }
    }
    for (const session of sessions) n += session.n
    return n
  },
  stateless: async () => {
    let [n, rows] = [0, 0]
    await eachEvent(({ id, value, user }) => {
      n++
      if (value <= 500) return
      const row = { id, doubled: value * 2, user, half: value / 2 }
      if (row.doubled > 0) rows++
    })
    return rows > 0 ? n : 0
  },
}

await measureWork(() => programs[job]())
