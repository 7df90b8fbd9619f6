/** Comparison inline: NaN equals itself and is greatest, −0 equals 0, strings by code point; constants are compared with the bytes of slices. */
import { compareDatums, compareStrings } from '../../../data/compare.ts'
import type { DataType } from '../../../data/data-type.ts'
import type { Emission, Emitter } from './emission.ts'
import { equalsBytes, isSlicePattern } from './slices.ts'
import { ALWAYS, either, every, NEVER, negated, type SliceValue, scalar, type Value } from './value.ts'

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='
const OPERATORS: Readonly<Record<Comparison, string>> = { '=': '===', '!=': '!==', '<': '<', '<=': '<=', '>': '>', '>=': '>=' }
const encoder = new TextEncoder()

/** The condition that the comparison of two values of the type holds; neither is null. */
export function comparisonText(emission: Emission, type: DataType, comparison: Comparison, a: Value, b: Value): string {
  switch (type.kind) {
    case 'double':
      return doublesText(comparison, a, b, emission.text(a), emission.text(b))
    case 'string':
      return stringsText(emission, comparison, a, b)
    case 'binary':
    case 'struct':
    case 'null':
      return `${emission.code.hoist(compareDatums)}(${emission.code.hoist(type)}, ${emission.datum(a)}, ${emission.datum(b)}) ${OPERATORS[comparison]} 0`
    default:
      return `${emission.text(a)} ${OPERATORS[comparison]} ${emission.text(b)}`
  }
}

/** A constant that is not NaN needs one test less. */
function doublesText(comparison: Comparison, left: Value, right: Value, a: string, b: string): string {
  const [aIsNaN, bIsNaN] = [nanText(left, a), nanText(right, b)]
  switch (comparison) {
    case '=':
      return either(`${a} === ${b}`, every(aIsNaN, bIsNaN))
    case '!=':
      return negated(`(${either(`${a} === ${b}`, every(aIsNaN, bIsNaN))})`)
    case '<':
      return either(`${a} < ${b}`, every(bIsNaN, negated(`(${aIsNaN})`)))
    case '<=':
      return either(`${a} <= ${b}`, bIsNaN)
    case '>':
      return either(`${a} > ${b}`, every(aIsNaN, negated(`(${bIsNaN})`)))
    case '>=':
      return either(`${a} >= ${b}`, aIsNaN)
  }
}
function nanText(value: Value, text: string): string {
  if (value.form === 'scalar' && typeof value.constant === 'number') return Number.isNaN(value.constant) ? ALWAYS : NEVER
  return `${text} !== ${text}`
}

function stringsText(emission: Emission, comparison: Comparison, a: Value, b: Value): string {
  if (comparison !== '=' && comparison !== '!=')
    return `${emission.code.hoist(compareStrings)}(${emission.text(a)}, ${emission.text(b)}) ${OPERATORS[comparison]} 0`
  const bytes = slicesText(emission, a, b) ?? slicesText(emission, b, a)
  if (bytes !== null) return comparison === '=' ? bytes : `!${bytes}`
  return `${emission.text(a)} ${OPERATORS[comparison]} ${emission.text(b)}`
}
function slicesText(emission: Emission, slice: Value, constant: Value): string | null {
  if (slice.form !== 'slice' || constant.form !== 'scalar' || typeof constant.constant !== 'string') return null
  return isSlicePattern(constant.constant) ? sliceCall(emission, equalsBytes, slice, constant.constant) : null
}

/** A call of a function of slices.ts with a constant. */
export function sliceCall(
  emission: Emission,
  run: (bytes: Uint8Array, offset: number, length: number, wanted: Uint8Array) => boolean,
  slice: SliceValue,
  constant: string,
): string {
  const { code } = emission
  return `${code.hoist(run)}(${slice.bytes}, ${slice.offset}, ${slice.length}, ${code.hoist(encoder.encode(constant))})`
}

const compares =
  (comparison: Comparison): Emitter =>
  (emission, call) => {
    const type = call.arguments[0]?.type ?? call.type
    return emission.strict(
      call.arguments,
      call.type,
      ([a, b]) => ({ text: comparisonText(emission, type, comparison, a as Value, b as Value) }),
      { total: type.kind !== 'string' && type.kind !== 'binary' && type.kind !== 'struct' },
    )
  }

/** Null equals null. Both sides are evaluated. */
const nullSafeEqual: Emitter = (emission, { arguments: [left, right], type }) => {
  if (left === undefined || right === undefined) return null
  const [a, b] = [emission.value(left), emission.value(right)]
  if (a.isNull === NEVER && b.isNull === NEVER) return scalar(type, emission.local('value', comparisonText(emission, left.type, '=', a, b)))
  if (a.isNull === ALWAYS || b.isNull === ALWAYS) return scalar(type, emission.local('value', every(a.isNull, b.isNull)))
  const equal = emission.variable('value', every(a.isNull, b.isNull))
  emission.block(`if (${every(negated(a.isNull), negated(b.isNull))}) {`, () =>
    emission.add(`${equal} = ${comparisonText(emission, left.type, '=', a, b)}`),
  )
  return scalar(type, equal)
}

const SET_FROM = 4

/** Candidates are evaluated one after the other up to the first that is equal; constants among them are looked up at once where they are many. */
const isIn: Emitter = (emission, { arguments: [subject, ...options], type }) => {
  if (subject === undefined) return null
  const constants = options.flatMap((one) => (one.kind === 'BoundLiteral' ? [one.value] : []))
  const wanted = emission.value(subject)
  if (wanted.isNull === ALWAYS) return emission.nothing(type)
  const isNull = emission.variable('isNull', 'true')
  const found = emission.variable('found', 'false')
  const label = emission.code.name('among')
  emission.open(`${label}: {`)
  if (wanted.isNull !== NEVER) emission.add(`if (${wanted.isNull}) break ${label}`)
  const present = { ...wanted, isNull: NEVER }
  const asSet = constants.length === options.length && isSetKind(subject.type) && (constants.length >= SET_FROM || wanted.form === 'code')
  if (asSet) lookUp(emission, present, constants, isNull, found)
  else {
    const unknown = emission.variable('unknown', 'false')
    for (const option of options) {
      const candidate = emission.value(option)
      const hit = `{ ${found} = true; ${isNull} = false; break ${label} }`
      if (candidate.isNull === ALWAYS) {
        emission.add(`${unknown} = true`)
        continue
      }
      const equal = (): void =>
        emission.add(`if (${comparisonText(emission, subject.type, '=', present, { ...candidate, isNull: NEVER })}) ${hit}`)
      if (candidate.isNull === NEVER) equal()
      else {
        emission.block(`if (${candidate.isNull}) {`, () => emission.add(`${unknown} = true`))
        emission.block('else {', equal)
      }
    }
    emission.add(`${isNull} = ${unknown}`)
  }
  emission.close()
  return scalar(type, found, isNull)
}

/** A Set tells NaN as itself and −0 as 0, as comparison does. */
const isSetKind = ({ kind }: DataType): boolean => kind !== 'binary' && kind !== 'struct' && kind !== 'null'

function lookUp(emission: Emission, wanted: Value, constants: readonly unknown[], isNull: string, found: string): void {
  const asNumber = emission.lanes === 'float64'
  const present = constants.filter((one) => one !== null)
  const set = new Set(present.map((one) => (typeof one === 'bigint' && asNumber ? Number(one) : one)))
  const unsafe = asNumber && present.some((one) => typeof one === 'bigint' && !Number.isSafeInteger(Number(one)))
  // An unsafe constant is no value of a float64 lane; what rounds to it must not be found.
  if (unsafe) for (const one of set) if (typeof one === 'number' && !Number.isSafeInteger(one)) set.delete(one)
  emission.add(`${found} = ${emission.code.hoist(set)}.has(${emission.text(wanted)})`)
  emission.add(`${isNull} = ${present.length === constants.length ? 'false' : `!${found}`}`)
}

const nullTest =
  (isNull: boolean): Emitter =>
  (emission, { arguments: [operand], type }) => {
    if (operand === undefined) return null
    const value = emission.value(operand)
    return scalar(type, isNull ? value.isNull : negated(value.isNull))
  }

const isNaNTest: Emitter = (emission, { arguments: [operand], type }) => {
  if (operand === undefined) return null
  const value = emission.value(operand)
  if (value.isNull === ALWAYS || operand.type.kind !== 'double') return scalar(type, 'false')
  const text = emission.text(value)
  return scalar(type, emission.local('value', every(negated(value.isNull), `${text} !== ${text}`)))
}

export const comparisonEmitters: Readonly<Record<string, Emitter>> = {
  '=': compares('='),
  '!=': compares('!='),
  '<': compares('<'),
  '<=': compares('<='),
  '>': compares('>'),
  '>=': compares('>='),
  '<=>': nullSafeEqual,
  in: isIn,
  isnull: nullTest(true),
  isnotnull: nullTest(false),
  isnan: isNaNTest,
}
