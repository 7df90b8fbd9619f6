import { MillraceError } from '../error.ts'

/** Options travel as texts, as in Spark. Throws INVALID_OPTION for what has none. */
export function optionText(name: string, value: unknown): string {
  if (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
    return String(value)
  throw new MillraceError('INVALID_OPTION', `Option '${name}' is ${String(value)}.`, {
    hint: 'Give a text, a finite number, or true or false.',
  })
}
