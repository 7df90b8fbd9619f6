/** The foreachBatch sink: a function of the user's gets each epoch as a static DataFrame. At least once, with a stable epoch id. */
import type { Batch } from '../../data/vector.ts'
import { copyBatch } from '../../data/vector-builder.ts'
import { MillraceError } from '../../error.ts'
import type { SinkProvider } from '../../plan/contracts/sink.ts'
import { LocalRelationNode, type Relation } from '../../plan/nodes/relation.ts'
import type { DataFrame } from '../data-frame.ts'
import { insideQuery } from './inside-query.ts'

export type BatchFunction = (batch: DataFrame<unknown>, epochId: number) => void | Promise<void>

/** Throws INVALID_ARGUMENT. */
export function foreachBatchSink(frameOf: (plan: Relation) => DataFrame<unknown>, write: BatchFunction): SinkProvider {
  if (typeof write !== 'function') throw new MillraceError('INVALID_ARGUMENT', 'foreachBatch: a function was expected.')
  return {
    format: 'foreachBatch',
    options: {},
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    open: ({ schema, queryId }) => {
      let batches: Batch[] = []
      const forget = (): Promise<void> => {
        batches = []
        return Promise.resolve()
      }
      return Promise.resolve({
        begin: forget,
        write: (batch) => {
          batches.push(copyBatch(batch))
          return Promise.resolve()
        },
        commit: async ({ epoch }) => {
          try {
            await insideQuery(queryId, async () => write(frameOf(LocalRelationNode.create({ schema, batches })), epoch))
          } catch (error) {
            throw new MillraceError(
              'USER_FUNCTION_FAILED',
              `foreachBatch: the function failed on epoch ${epoch}: ${error instanceof Error ? error.message : String(error)}`,
              {
                details: { epoch },
                cause: error,
              },
            )
          }
          await forget()
          return null
        },
        abort: forget,
        close: forget,
      })
    },
  }
}
