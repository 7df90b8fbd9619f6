/** Doubles as texts the way Java and so Spark write and read them: `1.0`, `1.0E10`, `NaN`, `Infinity`. The digits are the shortest that give the number back. */
import { trimControls } from './white-space.ts'

export function formatDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const shortest = value.toExponential()
  // Java writes two digits at least, and of those the nearest: 4.9E-324 and not 5.0E-324.
  const [digits = '', exponent = ''] = (shortest.includes('.') ? shortest : value.toExponential(1)).split('e')
  return `${digits}E${exponent.replace('+', '')}`
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/
const SPECIAL: ReadonlyMap<string, number> = new Map(
  Object.entries({
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    '+inf': Number.POSITIVE_INFINITY,
    infinity: Number.POSITIVE_INFINITY,
    '+infinity': Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
    '-infinity': Number.NEGATIVE_INFINITY,
  }),
)

/** The double of a text, or null where it is none. White space around is allowed. */
export function parseDouble(text: string): number | null {
  const trimmed = trimControls(text)
  if (NUMBER.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''))
  return SPECIAL.get(trimmed.toLowerCase()) ?? null
}
