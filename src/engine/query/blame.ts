/** Says whose error it was: what a source, a sink or the checkpoint throws that is no MillraceError becomes one, with the thrown one as its cause. */
import { MillraceError } from '../../error.ts'

type Blamed = 'SOURCE_FAILED' | 'SINK_FAILED' | 'CHECKPOINT_FAILED'

export async function blame<T>(code: Blamed, who: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw blamed(code, who, error)
  }
}

export function blamed(code: Blamed, who: string, error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  return new MillraceError(code, `${who}: ${error instanceof Error ? error.message : String(error)}.`, { details: { who }, cause: error })
}

export const inCheckpoint = <T>(run: () => Promise<T>): Promise<T> => blame('CHECKPOINT_FAILED', 'The checkpoint', run)
