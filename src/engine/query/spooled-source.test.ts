import { expect, test } from 'vitest'
import { structType } from '../../data/data-type.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import type { Source, SourceBatch } from '../../plan/contracts/source.ts'
import { MemorySourceLog } from '../../testing/memory-source-log.ts'
import { SpooledSource } from './spooled-source.ts'

const ALL = { maxBytes: Number.MAX_SAFE_INTEGER }
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Gives `lines` once; another start of it has nothing. */
class OnceSource implements Source {
  readonly #lines: readonly string[]
  constructor(lines: readonly string[]) {
    this.#lines = lines
  }
  initialOffset = () => Promise.resolve({ '0': 0 })
  latestOffset = () => Promise.resolve({ end: { '0': this.#lines.length }, caughtUp: ['0'], latest: { '0': this.#lines.length } })
  async *read(): AsyncGenerator<SourceBatch> {
    let at = 0
    const ends = this.#lines.map((line) => {
      at += line.length
      return at
    })
    const starts = Int32Array.from(ends.map((end, index) => end - (this.#lines[index]?.length ?? 0)))
    const supplied = batchFromDatums(
      structType([]),
      this.#lines.map(() => []),
    )
    yield {
      kind: 'records',
      partition: '0',
      bytes: encode(this.#lines.join('')),
      starts,
      ends: Int32Array.from(ends),
      supplied,
      origin: 'here',
    }
  }
  commit = () => Promise.resolve()
  close = () => Promise.resolve()
}

async function linesOf(source: Source): Promise<string[]> {
  const start = await source.initialOffset()
  const { end } = await source.latestOffset(start, ALL)
  const lines: string[] = []
  for await (const batch of source.read(start, end)) {
    if (batch.kind !== 'records') throw new Error('records were spooled')
    for (const [record, from] of batch.starts.entries())
      lines.push(new TextDecoder().decode(batch.bytes.subarray(from, batch.ends[record])))
  }
  return lines
}

test('records of a source that supplies no column beside them are there after a restart', async () => {
  const log = new MemorySourceLog()
  expect(await linesOf(new SpooledSource(new OnceSource(['one', 'two']), log, 1))).toEqual(['one', 'two'])
  expect(await linesOf(new SpooledSource(new OnceSource([]), log, 1))).toEqual(['one', 'two'])
})
