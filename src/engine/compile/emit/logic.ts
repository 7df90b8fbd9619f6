/** Three-valued logic and choice inline. What a side already decides keeps the other from being evaluated, unless that is cheap and raises nothing. */
import type { BoundCall, BoundExpression } from '../../../plan/expressions/bound-expression.ts'
import { BoundCall as Call } from '../../../plan/expressions/bound-expression.ts'
import { comparisonText } from './comparisons.ts'
import { type Emission, type Emitter, isQuiet } from './emission.ts'
import { ALWAYS, either, every, NEVER, negated, scalar, type Value } from './value.ts'

/** `decisive`: the value of one side that is the result whatever the other is. */
const connective =
  (decisive: boolean): Emitter =>
  (emission, { arguments: [left, right], type }) => {
    if (left === undefined || right === undefined) return null
    const a = emission.value(left)
    if (isQuiet(right)) return bothSides(emission, type, decisive, a, emission.value(right))
    const isNull = emission.variable('isNull', 'false')
    const value = emission.variable('value', String(decisive))
    const undecided = (side: Value): string => either(side.isNull, decisive ? negated(emission.text(side)) : emission.text(side))
    emission.block(`if (${undecided(a)}) {`, () => {
      const b = emission.value(right)
      emission.block(`if (${undecided(b)}) {`, () =>
        emission.add(`${isNull} = ${either(a.isNull, b.isNull)}`, `${value} = ${String(!decisive)}`),
      )
    })
    return scalar(type, value, isNull)
  }

/** Without jumps. The text says something only where the result is not null. */
function bothSides(emission: Emission, type: BoundCall['type'], decisive: boolean, a: Value, b: Value): Value {
  const [left, right] = [emission.text(a), emission.text(b)]
  const text = decisive
    ? either(every(negated(a.isNull), left), every(negated(b.isNull), right))
    : every(negated(a.isNull), left, negated(b.isNull), right)
  const value = emission.local('value', text)
  if (a.isNull === NEVER && b.isNull === NEVER) return scalar(type, value)
  const undecided = (side: string): string => (decisive ? negated(side) : side)
  const isNull = either(every(a.isNull, either(b.isNull, undecided(right))), every(b.isNull, undecided(left)))
  return scalar(type, value, emission.local('isNull', isNull))
}

const not: Emitter = (emission, call) =>
  emission.strict(call.arguments, call.type, ([operand]) => ({ text: negated(emission.text(operand as Value)) }), { total: true })

/** Evaluates candidates in turn within one block, which is left with the first that is taken. */
class Choice {
  readonly #emission: Emission
  readonly #type: BoundCall['type']
  readonly #isNull: string
  readonly #value: string
  readonly #label: string

  constructor(emission: Emission, type: BoundCall['type']) {
    this.#emission = emission
    this.#type = type
    this.#isNull = emission.variable('isNull', 'true')
    this.#value = emission.variable('chosen', emission.zero(type))
    this.#label = emission.code.name('choice')
    emission.open(`${this.#label}: {`)
  }

  take(value: Value): void {
    if (value.isNull === ALWAYS) return
    const text = this.#type.kind === 'null' ? 'null' : this.#emission.text(value)
    this.#emission.add(
      `${this.#value} = ${value.isNull === NEVER ? text : `${value.isNull} ? ${this.#emission.zero(this.#type)} : ${text}`}`,
    )
    this.#emission.add(`${this.#isNull} = ${value.isNull}`)
  }
  leave(): void {
    this.#emission.add(`break ${this.#label}`)
  }
  end(): Value {
    this.#emission.close()
    return scalar(this.#type, this.#value, this.#isNull)
  }
}

const choose: Emitter = (emission, { arguments: args, type }) => {
  const choice = new Choice(emission, type)
  let index = 0
  for (; index + 1 < args.length; index += 2) {
    const condition = emission.value(args[index] as BoundExpression)
    const holds = every(negated(condition.isNull), emission.text(condition))
    if (holds === NEVER || condition.isNull === ALWAYS) continue
    emission.block(`if (${holds}) {`, () => {
      choice.take(emission.value(args[index + 1] as BoundExpression))
      choice.leave()
    })
  }
  const last = args[index]
  if (last !== undefined) choice.take(emission.value(last))
  return choice.end()
}

const coalesce: Emitter = (emission, { arguments: args, type }) => {
  const choice = new Choice(emission, type)
  for (const argument of args) {
    const value = emission.value(argument)
    if (value.isNull === ALWAYS) continue
    if (value.isNull === NEVER) {
      choice.take(value)
      break
    }
    emission.block(`if (${negated(value.isNull)}) {`, () => {
      choice.take({ ...value, isNull: NEVER })
      choice.leave()
    })
  }
  return choice.end()
}

/** Both sides are evaluated, whatever the first is. */
const nullIf: Emitter = (emission, { arguments: [left, right], type }) => {
  if (left === undefined || right === undefined) return null
  const [a, b] = [emission.value(left), emission.value(right)]
  if (a.isNull === ALWAYS || b.isNull === ALWAYS) return { ...a, type }
  const equal = emission.variable('equal', 'false')
  emission.block(`if (${every(negated(a.isNull), negated(b.isNull))}) {`, () => {
    const same = left.type.kind === right.type.kind && left.type.kind !== 'struct'
    const widened = same ? a : emission.value(Call.create('cast', [left], right.type, left.nullable))
    emission.add(`${equal} = ${comparisonText(emission, right.type, '=', { ...widened, isNull: NEVER }, { ...b, isNull: NEVER })}`)
  })
  const isNull = emission.local('isNull', either(a.isNull, equal))
  return { ...a, type, isNull }
}

export const logicEmitters: Readonly<Record<string, Emitter>> = {
  and: connective(false),
  or: connective(true),
  not,
  when: choose,
  if: choose,
  coalesce,
  nullif: nullIf,
}
