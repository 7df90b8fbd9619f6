/** Says whose error it was: what a source or a sink throws that is no MillraceError becomes one, with the thrown one as its cause. */
import { MillraceError } from '../../error.ts'

export async function blame<T>(code: 'SOURCE_FAILED' | 'SINK_FAILED', who: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw blamed(code, who, error)
  }
}

export function blamed(code: 'SOURCE_FAILED' | 'SINK_FAILED', who: string, error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  return new MillraceError(code, `${who}: ${error instanceof Error ? error.message : String(error)}.`, { details: { who }, cause: error })
}
