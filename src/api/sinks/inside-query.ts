/**
 * Knows whose function is running: that of a foreach or foreachBatch must not wait for its own query, which waits for it. Timers and promises that it leaves
 * behind are outside again when it has returned.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

interface Call {
  readonly queryId: string
  running: boolean
}
const calls = new AsyncLocalStorage<Call>()

/** Runs a function of the user's on behalf of a query. */
export async function insideQuery<T>(queryId: string, run: () => Promise<T>): Promise<T> {
  const call: Call = { queryId, running: true }
  try {
    return await calls.run(call, run)
  } finally {
    call.running = false
  }
}

/** Whether the caller is a function that this query is waiting for. */
export function isInsideQuery(queryId: string): boolean {
  const call = calls.getStore()
  return call?.running === true && call.queryId === queryId
}
