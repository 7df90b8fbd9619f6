/**
 * One generated function in the making: the code of its loop's body, what has to be done once a batch before it, and which values are known at the place that
 * is being written. Emitters (emit/<family>.ts) write through it; they know neither columns nor outputs, so that the same emitters serve whatever loop the
 * code stands in: how column i is read at the row under way is a parameter.
 *
 * Values are evaluated as the interpreter does it, and only where it does: an argument after a null one is not, nor is a branch that is not taken. What is
 * known within an `if` is known only there; what is known outside is used inside, and so evaluated once.
 */
import { type DataType, simpleString } from '../../../data/data-type.ts'
import type { BoundCall, BoundExpression, BoundLiteral } from '../../../plan/expressions/bound-expression.ts'
import type { ContextSource } from '../executor.ts'
import { CannotGenerate, type CodeWriter } from '../generated-code.ts'
import { laneOverflow, raised } from '../lane-signals.ts'
import { ExpressionKeys } from './expression-keys.ts'
import { binaryOf, textOf } from './slices.ts'
import { ALWAYS, either, NEVER, negated, type ScalarValue, scalar, type Value } from './value.ts'

/** What longs are while the function runs. */
export type Lanes = 'float64' | 'bigint64'
export type Emitter = (emission: Emission, call: BoundCall) => Value | null

/** The result of a strict call where no argument is null; `isNull` default: never. */
export interface Computed {
  readonly text: string
  readonly isNull?: string
}
export interface EmissionParts {
  readonly code: CodeWriter
  readonly lanes: Lanes
  readonly context: ContextSource
  /** Whether the session's time zone is one offset for all times. */
  readonly fixedZone: boolean
  /** How column `index` is read at the row under way. */
  column(index: number, type: DataType, emission: Emission): Value
  /** The form of a call. */
  call(emission: Emission, call: BoundCall): Value
}

export class Emission {
  readonly code: CodeWriter
  readonly lanes: Lanes
  readonly context: ContextSource
  readonly fixedZone: boolean
  /** The dictionary column whose codes are being looked up for: see dictionary-memo.ts. */
  memoised: number | null = null
  readonly keys = new ExpressionKeys()
  /** Functions whose kernels are called. */
  readonly kernels = new Set<string>()
  readonly #parts: EmissionParts
  readonly #prologue: string[] = []
  readonly #onceNames = new Map<string, string>()
  readonly #body: string[] = []
  readonly #scopes: Map<string, Value>[] = [new Map()]

  constructor(parts: EmissionParts) {
    this.#parts = parts
    this.code = parts.code
    this.lanes = parts.lanes
    this.context = parts.context
    this.fixedZone = parts.fixedZone
  }

  get prologue(): readonly string[] {
    return this.#prologue
  }
  get body(): readonly string[] {
    return this.#body
  }

  // Writing.

  add(...lines: readonly string[]): void {
    this.#body.push(...lines)
  }
  local(what: string, text: string): string {
    const name = this.code.name(what)
    this.add(`const ${name} = ${text}`)
    return name
  }
  variable(what: string, initial: string): string {
    const name = this.code.name(what)
    this.add(`let ${name} = ${initial}`)
    return name
  }
  /** The condition as a name or a constant, so that it can be repeated and negated. */
  named(condition: string): string {
    return /^\w+$/.test(condition) ? condition : this.local('isNull', condition)
  }
  /** What is the same in all rows of a batch, by its text. */
  once(what: string, text: string): string {
    const known = this.#onceNames.get(text)
    if (known !== undefined) return known
    const name = this.allocate(what, text)
    this.#onceNames.set(text, name)
    return name
  }
  /** Something of its own for each batch. */
  allocate(what: string, text: string, keyword: 'const' | 'let' = 'const'): string {
    const name = this.code.name(what)
    this.#prologue.push(`${keyword} ${name} = ${text}`)
    return name
  }
  /** A check before the loop. */
  addOnce(...lines: readonly string[]): void {
    this.#prologue.push(...lines)
  }
  /** Opens a block (`if (…) {`); what becomes known in it is forgotten at `close`. */
  open(line: string): void {
    this.add(line)
    this.#scopes.push(new Map())
  }
  close(line = '}'): void {
    this.add(line)
    this.#scopes.pop()
  }
  block(line: string, write: () => void): void {
    this.open(line)
    write()
    this.close()
  }

  // Errors.

  get raise(): string {
    return `throw ${this.code.hoist(raised)}`
  }
  get overflow(): string {
    return `throw ${this.code.hoist(laneOverflow)}`
  }
  /** Checks that a long on a float64 lane is a safe integer; NaN and infinities are none either. */
  checkSafe(name: string): void {
    this.add(`if (!(${name} <= 9007199254740991 && ${name} >= -9007199254740991)) ${this.overflow}`)
  }

  // Values.

  value(expression: BoundExpression): Value {
    return this.known(`value ${this.keys.of(expression)}`, () => this.#make(expression))
  }
  /** What is known by this key here, else what `make` gives, known from here on. */
  known<T extends Value>(key: string, make: () => T): T {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth--) {
      const found = this.#scopes[depth]?.get(key)
      if (found !== undefined) return found as T
    }
    const made = make()
    this.#scopes.at(-1)?.set(key, made)
    return made
  }
  #make(expression: BoundExpression): Value {
    switch (expression.kind) {
      case 'BoundLiteral':
        return this.literal(expression)
      case 'BoundColumn':
        return this.#parts.column(expression.index, expression.type, this)
      case 'BoundCall':
        return this.#parts.call(this, expression)
    }
  }

  literal({ value, type }: Pick<BoundLiteral, 'value' | 'type'>): ScalarValue {
    if (value === null) return this.nothing(type)
    const text = ((): string => {
      if (typeof value === 'boolean') return String(value)
      if (typeof value === 'number') return this.code.number(value)
      if (typeof value !== 'bigint' || this.lanes === 'bigint64') return this.code.hoist(value)
      if (!Number.isSafeInteger(Number(value))) throw new CannotGenerate('a constant needs bigint64 lanes')
      return this.code.number(Number(value))
    })()
    return { ...scalar(type, text), constant: value }
  }
  nothing(type: DataType): ScalarValue {
    return scalar(type, this.zero(type), ALWAYS)
  }
  /** What stands where a value is null, of the same kind as the others, so that the machine sees one kind. */
  zero(type: DataType): string {
    switch (type.kind) {
      case 'boolean':
        return 'false'
      case 'int':
      case 'date':
      case 'double':
        return '0'
      case 'long':
      case 'timestamp':
        return this.lanes === 'bigint64' ? '0n' : '0'
      case 'string':
        return "''"
      default:
        return 'null'
    }
  }

  /** The text of the value as a scalar (see value.ts). */
  text(value: Value): string {
    switch (value.form) {
      case 'scalar':
        return value.text
      case 'code':
        return `${value.dictionary}[${value.code}]`
      case 'slice': {
        const read = this.code.hoist(value.type.kind === 'string' ? textOf : binaryOf)
        const make = (): ScalarValue => {
          const made = `${read}(${value.bytes}, ${value.offset}, ${value.length})`
          return scalar(
            value.type,
            this.local('text', value.isNull === NEVER ? made : `${value.isNull} ? ${this.zero(value.type)} : ${made}`),
            value.isNull,
          )
        }
        return this.known(`text ${value.offset} ${value.isNull}`, make).text
      }
      case 'parts':
        return value.whole()
    }
  }
  /** The text of the datum, for kernels. */
  datum(value: Value): string {
    const text = this.text(value)
    if (!isLong(value.type) || this.lanes === 'bigint64') return text
    return value.isNull === ALWAYS ? '0n' : `BigInt(${text})`
  }
  datumOrNull(value: Value): string {
    if (value.isNull === ALWAYS) return 'null'
    return value.isNull === NEVER ? this.datum(value) : `(${value.isNull} ? null : ${this.datum(value)})`
  }
  /** The value of a datum that may be null, given the name that the code has for it. */
  fromDatum(type: DataType, name: string): Computed {
    if (type.kind === 'null') return { text: 'null', isNull: ALWAYS }
    const isNull = this.local('isNull', `${name} === null`)
    if (!isLong(type)) return { text: isNull === NEVER ? name : `(${isNull} ? ${this.zero(type)} : ${name})`, isNull }
    if (this.lanes === 'bigint64') return { text: `(${isNull} ? 0n : ${name})`, isNull }
    const number = this.local('number', `${isNull} ? 0 : Number(${name})`)
    this.checkSafe(number)
    return { text: number, isNull }
  }

  /**
   * A call that is null where an argument is: arguments are evaluated in order up to the first null. With `total`, `compute` raises nothing whatever it is
   * given, so that it need not be kept from what stands at nulls.
   */
  strict(
    args: readonly BoundExpression[],
    type: DataType,
    compute: (values: readonly Value[]) => Computed,
    { total = false }: { readonly total?: boolean } = {},
  ): ScalarValue {
    const flat = total && args.slice(1).every(isQuiet)
    const values: Value[] = []
    let result: { readonly isNull: string; readonly text: string } | null = null
    let depth = 0
    let missing = false
    for (const argument of args) {
      const value = this.value(argument)
      values.push(value)
      if (value.isNull === ALWAYS) {
        missing = true
        if (!flat) break
      }
      if (flat || missing || value.isNull === NEVER) continue
      result ??= { isNull: this.variable('isNull', 'true'), text: this.variable('value', this.zero(type)) }
      this.open(`if (${negated(value.isNull)}) {`)
      depth++
    }
    if (missing) {
      for (; depth > 0; depth--) this.close()
      return this.nothing(type)
    }
    const computed = compute(values)
    if (result === null) {
      const isNull = either(...values.map((value) => value.isNull), computed.isNull === undefined ? NEVER : this.named(computed.isNull))
      return scalar(type, this.local('value', computed.text), this.named(isNull))
    }
    this.add(`${result.text} = ${computed.text}`, `${result.isNull} = ${computed.isNull ?? NEVER}`)
    for (; depth > 0; depth--) this.close()
    return scalar(type, result.text, result.isNull)
  }

  refuse(expression: BoundExpression, reason: string): never {
    throw new CannotGenerate(`${reason} (${simpleString(expression.type)})`)
  }
}

export const isLong = (type: DataType): boolean => type.kind === 'long' || type.kind === 'timestamp'

const QUIET: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', '<=>', 'isnull', 'isnotnull', 'isnan', 'and', 'or', 'not'])
const PLAIN: ReadonlySet<string> = new Set(['boolean', 'int', 'long', 'double', 'date', 'timestamp'])

/** Whether the expression is cheap and raises nothing, so that evaluating it needlessly does no harm: better than a jump around it. */
export function isQuiet(expression: BoundExpression): boolean {
  if (!PLAIN.has(expression.type.kind)) return false
  if (expression.kind !== 'BoundCall') return true
  const known = QUIET.has(expression.function) || (expression.type.kind === 'double' && ['+', '-', '*'].includes(expression.function))
  return known && expression.arguments.every(isQuiet)
}
