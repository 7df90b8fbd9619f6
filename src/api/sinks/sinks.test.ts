/** foreach and foreachBatch keep the contract of sinks as the others do. */
import { test } from 'vitest'
import { type Row, rowsOf } from '../../data/surface.ts'
import type { LocalRelationNode, Relation } from '../../plan/nodes/relation.ts'
import { describeSink } from '../../testing/index.ts'
import type { DataFrame } from '../data-frame.ts'
import { foreachSink } from './foreach.ts'
import { foreachBatchSink } from './foreach-batch.ts'

type TestRow = readonly [id: number, name: string]
const values = (row: unknown): TestRow => Object.values(row as Row) as unknown as TestRow

describeSink(
  'the foreach sink',
  async () => {
    const seen: TestRow[] = []
    return { provider: foreachSink((row) => void seen.push(values(row))), options: {}, visible: async () => seen }
  },
  { test },
)

describeSink(
  'the foreachBatch sink',
  async () => {
    const seen: TestRow[] = []
    // A frame is its plan here: the rows are looked at without an engine.
    const frameOf = (plan: Relation): DataFrame<unknown> => plan as unknown as DataFrame<unknown>
    const provider = foreachBatchSink(frameOf, (batch) => {
      const { batches } = batch as unknown as LocalRelationNode
      seen.push(...batches.flatMap(rowsOf).map(values))
    })
    return { provider, options: {}, visible: async () => seen }
  },
  { test },
)
