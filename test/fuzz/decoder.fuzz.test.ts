/**
 * The generated decoder beside the interpreter, over damaged records of random schemas, for a sixth of MILLRACE_FUZZ_SECONDS: tens of thousands of records in
 * CI, millions in the nightly run. A failure names its seed.
 */
import { expect, test } from 'vitest'
import { compareDecoders } from '../property/decoder-comparison.ts'

const seconds = Number(process.env['MILLRACE_FUZZ_SECONDS'] ?? (process.env['CI'] === undefined ? 10 : 60)) / 6
const seed = Number(process.env['MILLRACE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(
  `generated decoder, seed ${seed}`,
  () => {
    const ways = { speculative: 0, generic: 0, oracle: 0 }
    const started = Date.now()
    for (let run = 0; run === 0 || Date.now() - started < seconds * 1000; run++) {
      const { speculative, generic, oracle } = compareDecoders(seed + run, 4, 200)
      ways.speculative += speculative
      ways.generic += generic
      ways.oracle += oracle
    }
    console.log(`records by way: ${JSON.stringify(ways)}`)
    expect(ways.speculative + ways.generic + ways.oracle).toBeGreaterThan(0)
  },
  seconds * 1000 + 60_000,
)
