/** Kernels of arithmetic and mathematics: exact, and raising where Spark's ANSI mode raises. */

import { compareDatums } from '../../../data/compare.ts'
import { type Datum, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN } from '../../../data/datum.ts'
import { MillraceError } from '../../../error.ts'
import type { CallSite, ScalarKernel } from '../kernel.ts'

export function overflow(operation: string, ...values: readonly Datum[]): MillraceError {
  return new MillraceError('ARITHMETIC_OVERFLOW', `${operation} of ${values.map(String).join(' and ')} does not fit its type.`, {
    details: { operation, values: values.map(String) },
  })
}
export function checkedInt(operation: string, value: number, ...values: readonly Datum[]): number {
  if (value > INT_MAX || value < INT_MIN) throw overflow(operation, ...values)
  // An int has no negative zero.
  return value + 0
}
export function checkedLong(operation: string, value: bigint, ...values: readonly Datum[]): bigint {
  if (value > LONG_MAX || value < LONG_MIN) throw overflow(operation, ...values)
  return value
}
function byZero(name: string, value: Datum): MillraceError {
  return new MillraceError(name === '/' ? 'DIVIDE_BY_ZERO' : 'REMAINDER_BY_ZERO', `${String(value)} ${name} 0 has no result.`, {
    details: { operation: name, value: String(value) },
  })
}

const strict = (make: (site: CallSite) => (...args: never[]) => Datum): ScalarKernel => ({ nulls: 'propagate', make })

/** A kernel for int, bigint and double, chosen by the type of the call. */
function numeric(
  int: (a: number, b: number) => Datum,
  long: (a: bigint, b: bigint) => Datum,
  double: (a: number, b: number) => Datum,
): ScalarKernel {
  return strict(({ argumentTypes }) => {
    const kind = argumentTypes[0]?.kind
    if (kind === 'long') return long
    return kind === 'double' ? double : int
  })
}

const guarded =
  <T extends number | bigint>(name: string, run: (a: T, b: T) => Datum) =>
  (a: T, b: T): Datum => {
    // biome-ignore lint/suspicious/noDoubleEquals: 0n == 0 and 0 == 0 are both meant
    if (b == 0) throw byZero(name, a)
    return run(a, b)
  }

/** Half up on the decimal text of the number, as Spark rounds doubles: 2.675 to two places is 2.68. A decimal has no negative zero. */
export function roundDouble(value: number, scale: number): number {
  if (!Number.isFinite(value)) return value
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) return value
  const fraction = match[3] ?? ''
  const digits = BigInt(`${match[2]}${fraction}`)
  const exponent = Number(match[4] ?? 0) - fraction.length
  if (-exponent <= scale) return value + 0
  const rounded = halfUp(digits, -exponent - scale)
  return Number(`${match[1]}${rounded}e${-scale}`) + 0
}
/** `digits` without its last `drop` decimal digits, rounded half up; digits are not negative. */
function halfUp(digits: bigint, drop: number): bigint {
  if (drop > 400) return 0n
  const unit = 10n ** BigInt(drop)
  return (digits + unit / 2n) / unit
}
function roundWhole(value: bigint, scale: number): bigint {
  if (scale >= 0) return value
  const unit = 10n ** BigInt(Math.min(-scale, 40))
  const magnitude = halfUp(value < 0n ? -value : value, Math.min(-scale, 40)) * unit
  return value < 0n ? -magnitude : magnitude
}

/** As Java's conversion, and so Spark's: beyond the range it stays at the end, and NaN is 0. */
function saturated(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63) return LONG_MAX
  return value <= -(2 ** 63) ? LONG_MIN : BigInt(value)
}

function toWhole(cut: (x: number) => number): ScalarKernel {
  return strict(({ argumentTypes }) => {
    if (argumentTypes[0]?.kind !== 'double') return (value: bigint) => value
    return (value: number) => saturated(cut(value))
  })
}

function extreme(sign: 1 | -1): ScalarKernel {
  return {
    nulls: 'lazy',
    make:
      ({ type }) =>
      (args) => {
        let best: Datum = null
        for (const argument of args) {
          const value = argument()
          if (value !== null && (best === null || sign * compareDatums(type, value, best) > 0)) best = value
        }
        return best
      },
  }
}

const onDouble = (run: (x: number) => Datum): ScalarKernel => strict(() => run)

export const numberKernels: Readonly<Record<string, ScalarKernel>> = {
  '+': numeric(
    (a, b) => checkedInt('The sum', a + b, a, b),
    (a, b) => checkedLong('The sum', a + b, a, b),
    (a, b) => a + b,
  ),
  '-': numeric(
    (a, b) => checkedInt('The difference', a - b, a, b),
    (a, b) => checkedLong('The difference', a - b, a, b),
    (a, b) => a - b,
  ),
  '*': numeric(
    (a, b) => checkedInt('The product', a * b, a, b),
    (a, b) => checkedLong('The product', a * b, a, b),
    (a, b) => a * b,
  ),
  '/': strict(() => guarded<number>('/', (a, b) => a / b)),
  '%': numeric(
    guarded('%', (a, b) => (a % b) + 0),
    guarded('%', (a, b) => a % b),
    guarded('%', (a, b) => a % b),
  ),
  pmod: numeric(
    guarded('pmod', (a, b) => (a % b < 0 ? (((a % b) + b) | 0) % b : a % b) + 0),
    guarded('pmod', (a, b) => (a % b < 0n ? BigInt.asIntN(64, (a % b) + b) % b : a % b)),
    guarded('pmod', (a, b) => (a % b < 0 ? ((a % b) + b) % b : a % b)),
  ),
  negative: numeric(
    (a) => checkedInt('The negative', -a, a),
    (a) => checkedLong('The negative', -a, a),
    (a) => -a,
  ),
  abs: numeric(
    (a) => checkedInt('The absolute value', Math.abs(a), a),
    (a) => checkedLong('The absolute value', a < 0n ? -a : a, a),
    (a) => Math.abs(a),
  ),
  ceil: toWhole(Math.ceil),
  floor: toWhole(Math.floor),
  round: strict(({ type }) => {
    if (type.kind === 'double') return (value: number, scale: number = 0) => roundDouble(value, scale)
    if (type.kind === 'long') return (value: bigint, scale: number = 0) => checkedLong('The rounding', roundWhole(value, scale), value)
    return (value: number, scale: number = 0) => checkedInt('The rounding', Number(roundWhole(BigInt(value), scale)), value)
  }),
  sqrt: onDouble(Math.sqrt),
  exp: onDouble(Math.exp),
  ln: onDouble((x) => (x <= 0 ? null : Math.log(x))),
  signum: onDouble(Math.sign),
  pow: strict(() => (base: number, exponent: number) => base ** exponent),
  greatest: extreme(1),
  least: extreme(-1),
}
