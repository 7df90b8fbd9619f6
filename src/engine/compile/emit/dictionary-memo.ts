/**
 * What follows from one dictionary string alone is computed once per entry of the dictionary, when a row first asks for it, and looked up after that: most
 * columns of texts repeat few of them. So comparisons, LIKE, casts and case changes of such columns cost a look-up.
 */
import type { BoundCall, BoundExpression } from '../../../plan/expressions/bound-expression.ts'
import { walkBound } from '../../../plan/expressions/bound-expression.ts'
import { lookUpFunction } from '../../../plan/functions/registry.ts'
import { isPath } from '../paths.ts'
import { type Emission, isLong } from './emission.ts'
import { NEVER, scalar, type Value } from './value.ts'

/** Calls that are cheaper than a look-up. */
const CHEAP: ReadonlySet<string> = new Set(['isnull', 'isnotnull', 'get_field', 'coalesce'])
const KINDS: ReadonlySet<string> = new Set(['boolean', 'int', 'date', 'double', 'long', 'timestamp', 'string'])

/** The looked-up form of the call, or null where it has none. */
export function memoisedByDictionary(emission: Emission, call: BoundCall, compute: () => Value): Value | null {
  if (emission.memoised !== null || !isWorthwhile(call)) return null
  const leaf = onlyLeaf(call)
  if (leaf?.type.kind !== 'string') return null
  const text = emission.value(leaf)
  if (text.form !== 'code') return null
  const memo = emission.allocate('memo', `${emission.code.hoist(new DictionaryMemo(laneOf(emission, call)))}.begin(${text.dictionary})`)
  const [states, values] = [emission.allocate('states', `${memo}.states`), emission.allocate('values', `${memo}.values`)]
  const slot = text.isNull === NEVER ? text.code : emission.local('slot', `${text.isNull} ? ${text.dictionary}.length : ${text.code}`)
  const state = emission.variable('state', `${states}[${slot}]`)
  emission.memoised = emission.keys.of(leaf)
  emission.open(`if (${state} === 0) {`)
  const value = compute()
  emission.add(`${state} = ${value.isNull === NEVER ? '2' : `${value.isNull} ? 1 : 2`}`)
  emission.add(`${values}[${slot}] = ${emission.text(value)}`, `${states}[${slot}] = ${state}`)
  emission.close()
  emission.memoised = null
  const isNull = value.isNull === NEVER ? NEVER : emission.local('isNull', `${state} === 1`)
  if (call.type.kind === 'string') return { form: 'code', type: call.type, isNull, code: slot, dictionary: values }
  const found = `${values}[${slot}]`
  return scalar(call.type, emission.local('value', call.type.kind === 'boolean' ? `${found} === 1` : found), isNull)
}

/** The column, or the field of a column, of which alone the expression is made; null where there are several or none. */
function onlyLeaf(expression: BoundExpression): BoundExpression | null {
  const leaves = new Map<string, BoundExpression>()
  collectLeaves(expression, leaves)
  return leaves.size === 1 ? ([...leaves.values()][0] ?? null) : null
}
function collectLeaves(expression: BoundExpression, leaves: Map<string, BoundExpression>): void {
  if (isPath(expression)) leaves.set(pathText(expression), expression)
  else if (expression.kind === 'BoundCall') for (const argument of expression.arguments) collectLeaves(argument, leaves)
}
function pathText(expression: BoundExpression): string {
  if (expression.kind === 'BoundColumn') return String(expression.index)
  if (expression.kind === 'BoundLiteral') return String(expression.value)
  return expression.arguments.map(pathText).join('.')
}

function isWorthwhile(call: BoundCall): boolean {
  if (!KINDS.has(call.type.kind)) return false
  const calls = [...walkBound(call)].filter((one) => one.kind === 'BoundCall')
  if (calls.some((one) => lookUpFunction(one.function)?.deterministic === false)) return false
  return calls.some((one) => !CHEAP.has(one.function) && one.arguments.some((argument) => argument.type.kind === 'string'))
}

type MemoLane = 'boolean' | 'number' | 'any'
function laneOf(emission: Emission, { type }: BoundCall): MemoLane {
  if (type.kind === 'boolean') return 'boolean'
  return type.kind === 'string' || (isLong(type) && emission.lanes === 'bigint64') ? 'any' : 'number'
}

/** By entry of the dictionary, and one slot behind them for null: 0 unknown, 1 null, 2 a value. */
class DictionaryMemo {
  states = new Uint8Array(0)
  values: Uint8Array | Float64Array | unknown[] = []
  readonly #lane: MemoLane

  constructor(lane: MemoLane) {
    this.#lane = lane
  }

  /** Forgets everything: what was computed may have depended on what is fixed for a batch only, such as the time zone. */
  begin(dictionary: readonly string[]): this {
    const size = dictionary.length + 1
    if (size <= this.states.length) {
      this.states.fill(0, 0, size)
      return this
    }
    this.states = new Uint8Array(size * 2)
    if (this.#lane === 'any') this.values = new Array<unknown>(size * 2).fill('')
    else this.values = this.#lane === 'boolean' ? new Uint8Array(size * 2) : new Float64Array(size * 2)
    return this
  }
}
