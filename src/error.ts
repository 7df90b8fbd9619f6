/** The one error type of Millrace. It stands below every layer: anything may throw it, and users test `error.code`. */
import { type ErrorCode, errorCodes } from './error-codes.ts'

export interface MillraceErrorOptions {
  /** What would be right, if it can be said more precisely than the code's own remedy. */
  readonly hint?: string
  /** Structured facts: names, positions, limits. Plain data. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * What every failure of Millrace is: a stable `code` (listed in docs/errors.md), a sentence, and a hint that says what would be right.
 *
 * @example
 * ```ts
 * import { MillraceError } from 'millrace'
 *
 * const error = new MillraceError('UNKNOWN_FORMAT', "There is no source 'sokcet'.", { hint: "Did you mean 'socket'?" })
 * console.log(error.code, error.hint)
 * ```
 */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: MillraceErrorOptions = {}) {
    const hint = options.hint ?? errorCodes[code].remedy
    super(`[${code}] ${message} ${hint}`, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.hint = hint
    this.details = options.details ?? {}
  }

  /** Whether `error` is a MillraceError, of `code` if one is given. */
  static is(error: unknown, code?: ErrorCode): error is MillraceError {
    return error instanceof MillraceError && (code === undefined || error.code === code)
  }
}

/** Throws INTERNAL_ERROR unless `condition` holds. Stays on in production: a wrong answer is worse than a stopped query. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new MillraceError('INTERNAL_ERROR', message)
}

/** The name among `known` that is nearest to `name`, if it is near enough to be what was meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Damerau–Levenshtein distance (adjacent transpositions count one). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY
