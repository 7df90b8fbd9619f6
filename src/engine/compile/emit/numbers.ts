/** Arithmetic and mathematics inline, with the checks that ANSI asks for. On float64 lanes a long that is no safe integer is an overflow of the lane. */
import { LONG_MAX, LONG_MIN } from '../../../data/datum.ts'
import type { BoundCall } from '../../../plan/expressions/bound-expression.ts'
import { roundDouble } from '../kernels/numbers.ts'
import { comparisonText } from './comparisons.ts'
import type { Computed, Emission, Emitter } from './emission.ts'
import { ALWAYS, either, NEVER, negated, scalar, type Value } from './value.ts'

type Binary = (emission: Emission, a: string, b: string) => Computed
type Unary = (emission: Emission, a: string) => Computed

const kindOf = (call: BoundCall): 'int' | 'long' | 'double' => {
  const kind = call.arguments[0]?.type.kind
  return kind === 'long' || kind === 'double' ? kind : 'int'
}
/** `total`: also on what stands at nulls. */
const binary = (emission: Emission, call: BoundCall, run: Binary, total = false): Value =>
  emission.strict(call.arguments, call.type, ([a, b]) => run(emission, emission.text(a as Value), emission.text(b as Value)), { total })
const unary = (emission: Emission, call: BoundCall, run: Unary, total = false): Value =>
  emission.strict(call.arguments, call.type, ([a]) => run(emission, emission.text(a as Value)), { total })

function checkedInt(emission: Emission, text: string): Computed {
  const value = emission.local('whole', text)
  emission.add(`if (${value} !== (${value} | 0)) ${emission.raise}`)
  return { text: `(${value} | 0)` }
}
function checkedLong(emission: Emission, text: string): Computed {
  const value = emission.local('whole', text)
  if (emission.lanes === 'float64') emission.checkSafe(value)
  else emission.add(`if (${value} > ${emission.code.hoist(LONG_MAX)} || ${value} < ${emission.code.hoist(LONG_MIN)}) ${emission.raise}`)
  return { text: value }
}

const sum =
  (operator: '+' | '-' | '*'): Emitter =>
  (emission, call) => {
    const kind = kindOf(call)
    if (kind === 'double') return binary(emission, call, (_, a, b) => ({ text: `${a} ${operator} ${b}` }), true)
    if (kind === 'int') return binary(emission, call, (_, a, b) => checkedInt(emission, `${a} ${operator} ${b}`))
    // A product of safe integers may be −0, which no long is.
    const zero = operator === '*' && emission.lanes === 'float64' ? ' + 0' : ''
    return binary(emission, call, (_, a, b) => checkedLong(emission, `${a} ${operator} ${b}${zero}`))
  }

function nonZero(emission: Emission, b: string): void {
  // Loose on purpose: of a number and of a bigint.
  emission.add(`if (${b} == 0) ${emission.raise}`)
}
const divide: Emitter = (emission, call) =>
  binary(emission, call, (_, a, b) => {
    nonZero(emission, b)
    return { text: `${a} / ${b}` }
  })
const remainder: Emitter = (emission, call) =>
  binary(emission, call, (_, a, b) => {
    nonZero(emission, b)
    const isDouble = kindOf(call) === 'double' || (kindOf(call) === 'long' && emission.lanes === 'bigint64')
    return { text: isDouble ? `${a} % ${b}` : `${a} % ${b} + 0` }
  })
const positiveRemainder: Emitter = (emission, call) => {
  const kind = kindOf(call)
  if (kind === 'long' && emission.lanes === 'bigint64') return null
  return binary(emission, call, (_, a, b) => {
    nonZero(emission, b)
    const rest = emission.local('rest', `${a} % ${b}`)
    if (kind === 'int') return { text: `(${rest} < 0 ? ((${rest} + ${b}) | 0) % ${b} : ${rest}) + 0` }
    if (kind === 'double') return { text: `${rest} < 0 ? (${rest} + ${b}) % ${b} : ${rest}` }
    const moved = emission.local('moved', `${rest} < 0 ? ${rest} + ${b} : 0`)
    emission.checkSafe(moved)
    return { text: `(${rest} < 0 ? ${moved} % ${b} : ${rest}) + 0` }
  })
}

const negative: Emitter = (emission, call) => {
  if (kindOf(call) === 'double') return unary(emission, call, (_, a) => ({ text: `-${a}` }), true)
  if (kindOf(call) === 'int') return unary(emission, call, (_, a) => checkedInt(emission, `0 - ${a}`))
  return unary(emission, call, (_, a) => checkedLong(emission, emission.lanes === 'float64' ? `0 - ${a}` : `-${a}`))
}
const absolute: Emitter = (emission, call) => {
  if (kindOf(call) === 'double') return unary(emission, call, (_, a) => ({ text: `Math.abs(${a})` }), true)
  if (kindOf(call) === 'int') return unary(emission, call, (_, a) => checkedInt(emission, `Math.abs(${a})`))
  if (emission.lanes === 'float64') return unary(emission, call, (_, a) => ({ text: `Math.abs(${a})` }))
  return unary(emission, call, (_, a) => checkedLong(emission, `${a} < 0n ? -${a} : ${a}`))
}

/** A double beyond the safe integers is left to bigint64 lanes, where the kernel keeps it within the range. */
const toWhole =
  (name: 'ceil' | 'floor'): Emitter =>
  (emission, call) => {
    if (call.arguments[0]?.type.kind !== 'double') return unary(emission, call, (_, a) => ({ text: a }), true)
    if (emission.lanes === 'bigint64') return null
    return unary(emission, call, (_, a) => {
      const whole = emission.local('whole', `${a} !== ${a} ? 0 : Math.${name}(${a}) + 0`)
      emission.checkSafe(whole)
      return { text: whole }
    })
  }

/**
 * Half up on the decimal text, as the kernel does it, for what is clearly on one side of the half: the product is wrong by less than the margin, and a whole
 * number below 2^53 divided by a power of ten is the double nearest to that decimal. All else, NaN and infinities too, is left to the kernel.
 */
function rounding(scale: number, kernel: (value: number, scale: number) => number): (value: number) => number {
  const factor = 10 ** scale
  return (value) => {
    const size = Math.abs(value) * factor
    const whole = Math.floor(size)
    const half = size - whole - 0.5
    if (!(size < 2 ** 49 && Math.abs(half) > size * 2 ** -50)) return kernel(value, scale)
    return (value < 0 ? -1 : 1) * ((half < 0 ? whole : whole + 1) / factor) + 0
  }
}

/** Whole numbers are round already. */
const round: Emitter = (emission, call) => {
  const scale = call.arguments[1]
  const places = scale === undefined ? 0 : scale.kind === 'BoundLiteral' ? scale.value : null
  if (typeof places !== 'number' || places < 0) return null
  if (call.type.kind === 'double') {
    if (places > 15) return null
    const run = emission.code.hoist(rounding(places, roundDouble))
    return unary(emission, { ...call, arguments: call.arguments.slice(0, 1) }, (_, a) => ({ text: `${run}(${a})` }), true)
  }
  return unary(emission, { ...call, arguments: call.arguments.slice(0, 1) }, (_, a) => ({ text: a }), true)
}

const onDouble =
  (name: string): Emitter =>
  (emission, call) =>
    unary(emission, call, (_, a) => ({ text: `Math.${name}(${a})` }), true)

const extreme =
  (comparison: '<' | '>'): Emitter =>
  (emission, { arguments: args, type }) => {
    if (type.kind === 'binary' || type.kind === 'struct' || type.kind === 'null') return null
    const values = args.map((argument) => emission.value(argument)).filter((value) => value.isNull !== ALWAYS)
    const [first, ...rest] = values
    if (first === undefined) return emission.nothing(type)
    const best = emission.variable(
      'best',
      first.isNull === NEVER ? emission.text(first) : `${first.isNull} ? ${emission.zero(type)} : ${emission.text(first)}`,
    )
    if (rest.length === 0) return scalar(type, best, first.isNull)
    const isNull = first.isNull === NEVER ? NEVER : emission.variable('isNull', first.isNull)
    for (const value of rest) {
      emission.block(`if (${negated(value.isNull)}) {`, () => {
        const present = { ...value, isNull: NEVER }
        const text = emission.text(present)
        const better = comparisonText(emission, type, comparison, present, scalar(type, best))
        emission.add(`if (${either(isNull, better)}) ${best} = ${text}`)
        if (isNull !== NEVER) emission.add(`${isNull} = false`)
      })
    }
    return scalar(type, best, isNull)
  }

export const numberEmitters: Readonly<Record<string, Emitter>> = {
  '+': sum('+'),
  '-': sum('-'),
  '*': sum('*'),
  '/': divide,
  '%': remainder,
  pmod: positiveRemainder,
  negative,
  abs: absolute,
  ceil: toWhole('ceil'),
  floor: toWhole('floor'),
  round,
  sqrt: onDouble('sqrt'),
  exp: onDouble('exp'),
  ln: (emission, call) => unary(emission, call, (_, a) => ({ text: `Math.log(${a})`, isNull: `${a} <= 0` }), true),
  signum: onDouble('sign'),
  pow: (emission, call) => binary(emission, call, (_, a, b) => ({ text: `(${a}) ** ${b}` }), true),
  greatest: extreme('>'),
  least: extreme('<'),
}
