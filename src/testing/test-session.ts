/** Sessions for tests: each its own, on any Io, with what they would print at hand. */
import { type CompositionOptions, StreamSession, sessionParts } from '../composition.ts'

export interface TestSession {
  readonly session: StreamSession
  /** What printSchema and explain wrote, in order. */
  readonly printed: readonly string[]
}

/**
 * A session beside the process's active one.
 *
 * @example
 * ```ts
 * import { t } from 'millrace'
 * import { MemoryStream, testSession } from 'millrace/testing'
 *
 * const { session } = testSession()
 * const numbers = new MemoryStream({ n: t.int })
 * const query = session.readStream.source(numbers).select((r) => ({ twice: r.n.mul(2) })).writeStream.format('memory').queryName('twice').start()
 * numbers.addData([{ n: 1 }, { n: 2 }])
 * await query.processAllAvailable()
 * console.log(await session.table('twice').collect()) // [ { twice: 2 }, { twice: 4 } ]
 * await session.stop()
 * ```
 */
export function testSession(options: Pick<CompositionOptions, 'io'> = {}): TestSession {
  const printed: string[] = []
  const session = new StreamSession(sessionParts({ ...options, print: (text) => void printed.push(text) }), 'test')
  return { session, printed }
}
