import { describe, expect, test } from 'vitest'
import { t } from '../../data/type-builder.ts'
import { MemoryStream, testSession } from '../../testing/index.ts'
import { executorFor } from './executors.ts'
import { generatorStatistics } from './generator-statistics.ts'

const isInterpreted = process.env['MILLRACE_TEST_CODEGEN'] === 'off'

async function twice(codegen: string | null): Promise<unknown[]> {
  const { session } = testSession()
  if (codegen !== null) session.conf.set('millrace.codegen', codegen)
  const numbers = new MemoryStream({ n: t.int, k: t.string })
  const query = session.readStream
    .source(numbers)
    .filter((r) => r.k.startsWith('a'))
    .select((r) => ({ twice: r.n.mul(2) }))
    .writeStream.format('memory')
    .queryName('twice')
    .start()
  numbers.addData([
    { n: 1, k: 'a' },
    { n: 2, k: 'b' },
    { n: 3, k: 'ab' },
  ])
  await query.processAllAvailable()
  const rows = await session.table('twice').collect()
  await session.stop()
  return rows
}
const rows = [{ twice: 2 }, { twice: 6 }]

describe('which executor runs', () => {
  test('the generator by default, and it really ran; the interpreter where the suite asks for it', async () => {
    const { batches } = generatorStatistics
    expect(await twice(null)).toEqual(rows)
    expect(generatorStatistics.batches - batches).toBe(isInterpreted ? 0 : 2)
  })
  test('the interpreter where codegen is off', async () => {
    const { batches } = generatorStatistics
    expect(await twice('off')).toEqual(rows)
    expect(generatorStatistics.batches).toBe(batches)
    expect(executorFor('off').name).toBe('interpreter')
  })
  test('the generator where codegen is auto', async () => {
    const { batches } = generatorStatistics
    expect(await twice('auto')).toEqual(rows)
    expect(generatorStatistics.batches - batches).toBe(2)
    expect(executorFor('auto').name).toBe('generated')
  })
  test('nothing else can be asked for', async () => {
    await expect(twice('on')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})
