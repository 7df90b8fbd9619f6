/**
 * The input of the engine bench: JSON events in one file, an event a millisecond with ±5 s of disorder, 10,000 users of which few are frequent. The same seed
 * gives the same file.
 */
import { createWriteStream, existsSync, statSync } from 'node:fs'
import { SeededRandom } from 'millrace/testing'

const USERS = 10_000
const KINDS = ['click', 'view', 'buy', 'cart']
const START_MS = Date.UTC(2026, 0, 1)
const JITTER_MS = 10_000
const LINES_A_WRITE = 20_000

/** Writes the file unless it is there. */
export async function writeEvents(path: string, records: number): Promise<void> {
  if (existsSync(path) && statSync(path).size > 0) return
  const random = new SeededRandom(20260101)
  const user = skewed(random)
  const file = createWriteStream(path)
  for (let from = 0; from < records; from += LINES_A_WRITE) {
    let lines = ''
    for (let id = from; id < Math.min(records, from + LINES_A_WRITE); id++) {
      const time = new Date(START_MS + id + Math.floor((random.next() - 0.5) * JITTER_MS)).toISOString()
      const value = Math.floor(random.next() * 100_000) / 100
      lines += `{"id":${id},"timestamp":"${time}","value":${value},"user":"u${user()}","kind":"${KINDS[id & 3]}"}\n`
    }
    if (!file.write(lines)) await new Promise<void>((resolve) => file.once('drain', () => resolve()))
  }
  await new Promise<void>((resolve) => file.end(() => resolve()))
}

/** User k comes about (k + 1)^−0.8 times as often as the first. */
function skewed(random: SeededRandom): () => number {
  const sums: number[] = []
  let total = 0
  for (let k = 0; k < USERS; k++) {
    total += 1 / (k + 1) ** 0.8
    sums.push(total)
  }
  return () => {
    const at = random.next() * total
    let [low, high] = [0, USERS - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] as number) < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
