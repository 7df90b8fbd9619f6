/** Sessions after epochs that were taken back are those of the epochs that were kept: in the store, and in the index that lives beside it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { field, longType, stringType, structType, timestampType, windowType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { Batch } from '../../data/vector.ts'
import { batchFromDatums, datumRows } from '../../data/vector-builder.ts'
import { readerOf } from '../../data/vector-reader.ts'
import { MemoryStateProvider } from '../state/memory-state.ts'
import type { AggregateCalls } from './groups.ts'
import { SessionAggregateOperator, type SessionParts, sessionStateTypes } from './session-aggregate.ts'

const input = structType([field('k', stringType), field('t', timestampType)])
const output = structType([field('k', stringType), field('w', windowType), field('n', longType)])
const GAP = 10n

/** Counts the rows of a session; the first column is the key, the second the time. */
const counts = {
  stateTypes: [longType],
  initial: [0n],
  begin: () => undefined,
  *rows(batch: Batch) {
    const [key, time] = batch.columns.map(readerOf)
    for (let row = 0; row < batch.length; row++) yield { key: [key?.(row)], time: time?.(row), args: [], origin: '', row }
  },
  update: ([count]: readonly Datum[]) => [(count as bigint) + 1n],
  merge: ([left]: readonly Datum[], [right]: readonly Datum[]) => [(left as bigint) + (right as bigint)],
  results: (state: readonly Datum[]) => state,
} as unknown as AggregateCalls

async function sessions(): Promise<SessionAggregateOperator> {
  const store = await new MemoryStateProvider().open({
    operatorId: 'o',
    keyTypes: [stringType, timestampType],
    valueTypes: sessionStateTypes(counts.stateTypes),
    expiry: { of: 'value', path: [0] },
  })
  const plan = { id: 'o', keys: [{ type: stringType }], eventTime: { column: 0, isWindow: true, watermark: 'w' } }
  const parts = {
    plan,
    schema: output,
    mode: 'append',
    calls: counts,
    store,
    monotonicMs: () => 0,
    session: { gapMicros: GAP, position: 1 },
  }
  return new SessionAggregateOperator(parts as unknown as SessionParts)
}

interface Epoch {
  readonly rows: readonly (readonly [string, bigint])[]
  readonly advance: bigint
  readonly isKept: boolean
}
const epoch: fc.Arbitrary<Epoch> = fc.record({
  rows: fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.bigInt({ min: 0n, max: 150n })), { maxLength: 8 }),
  advance: fc.bigInt({ min: 0n, max: 30n }),
  isKept: fc.boolean(),
})

async function run(epochs: readonly Epoch[]): Promise<readonly unknown[]> {
  const operator = await sessions()
  const emitted: unknown[] = []
  let watermark = 0n
  for (const [number, { rows, advance, isKept }] of epochs.entries()) {
    const evict = watermark + advance
    operator.begin(number, { late: watermark, evict })
    operator.push(batchFromDatums(input, rows), { source: 's', partition: '0' })
    const made: unknown[] = []
    operator.finish((batch) => made.push(...datumRows(batch)))
    if (isKept) {
      await operator.commit(number)
      watermark = evict
      emitted.push(...made)
    } else operator.rollback()
  }
  return emitted
}

test('what was taken back leaves no trace', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(epoch, { maxLength: 12, size: 'max' }), async (epochs) => {
      const last = { rows: [], advance: 1000n, isKept: true }
      expect(await run([...epochs, last])).toEqual(await run([...epochs.filter((one) => one.isKept), last]))
    }),
    propertyOptions(300),
  )
})
