/** What a check of a checkpoint found. */
import { MillraceError } from '../../error.ts'

/**
 * `damage`: the query cannot go on from here, or cannot be trusted to. `warning`: it goes on, but something is not as the engine leaves it. `note`: what a
 * crash leaves and the next start tidies up.
 */
export type Severity = 'damage' | 'warning' | 'note'

export interface Finding {
  readonly severity: Severity
  readonly path: string
  /** A sentence or two. */
  readonly what: string
}

export type Add = (...found: readonly Finding[]) => void

/** An error's own sentence, without its code and hint. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof MillraceError)) return `${error instanceof Error ? error.message : String(error)}.`
  return error.message.slice(`[${error.code}] `.length, error.message.length - error.hint.length - 1)
}

/** Where an error says which file it is about. */
export function pathOf(error: unknown, otherwise: string): string {
  const path = error instanceof MillraceError ? error.details['path'] : undefined
  return typeof path === 'string' ? path : otherwise
}
