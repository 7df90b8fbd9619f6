/**
 * The input of the scenarios: small files, one an epoch. Event times go on from file to file, so that windows close over several epochs; rows come out of order
 * within the delay, some rows are late, and the keys fall into several key groups.
 */
import { SeededRandom } from '../../src/io/seeded-random.ts'

const BASE_MS = Date.UTC(2026, 0, 1)
const FILES = 9
const ROWS_PER_FILE = 7
const KEYS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy', 'jon', 'kim']
/** How far event time goes in one file. Windows are ten seconds long, and the delay is five. */
const STEP_MS = 7_000
/** Every so many rows one is so late that it is dropped. */
const LATE_EVERY = 17
const LATE_MS = 40_000

export const INPUT_SCHEMA = 'id LONG, key STRING, at TIMESTAMP, n LONG'
export const INPUT_FOLDER = '/in'

export interface InputFile {
  readonly path: string
  readonly text: string
}

export const inputFiles: readonly InputFile[] = makeFiles()

function makeFiles(): InputFile[] {
  const random = new SeededRandom(4)
  let id = 0
  return Array.from({ length: FILES }, (_, file) => {
    const rows = Array.from({ length: ROWS_PER_FILE }, () => {
      id++
      const late = id % LATE_EVERY === 0 ? LATE_MS : 0
      const atMs = BASE_MS + file * STEP_MS + (random.uint32() % STEP_MS) - late
      return { id, key: KEYS[random.uint32() % KEYS.length], at: new Date(atMs).toISOString(), n: random.uint32() % 100 }
    })
    return { path: `${INPUT_FOLDER}/${String(file).padStart(3, '0')}.json`, text: rows.map((row) => `${JSON.stringify(row)}\n`).join('') }
  })
}
