/** Finds the calls of `window` in the expressions of one operation and puts the node below it that assigns the windows. */
import { windowType } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import { BoundCall, BoundColumn, type BoundExpression } from '../expressions/bound-expression.ts'
import { type Expression, expressionKey, type UnresolvedFunctionNode } from '../expressions/expression.ts'
import { intervalMicros } from '../interval.ts'
import type { AssignWindowsPlan, Attribute } from '../nodes/resolved-plan.ts'
import { type BindHook, resolveCall, signatureOf } from './binder.ts'
import { sqlText } from './naming.ts'
import type { Resolved } from './scope.ts'

export const isWindowCall = (expression: Expression): expression is UnresolvedFunctionNode =>
  expression.kind === 'UnresolvedFunction' && expression.name.toLowerCase() === 'window'
export const isSessionCall = (expression: Expression): expression is UnresolvedFunctionNode =>
  expression.kind === 'UnresolvedFunction' && expression.name.toLowerCase() === 'session_window'

/** The time of a window call: a timestamp column, or the event time of another window. */
export function windowTime(call: UnresolvedFunctionNode, bind: (one: Expression) => BoundExpression, operation: string): BoundExpression {
  const [time] = resolveCall(signatureOf(call, operation), call.arguments.map(bind), operation).coerced
  const bound = time as BoundExpression
  return bound.type.kind === 'struct' ? BoundCall.create('window_time', [bound], { kind: 'timestamp' }, bound.nullable) : bound
}

/** A length of time in a call: constant texts are all that signatures let through. */
export function callInterval(call: UnresolvedFunctionNode, index: number): bigint | null {
  const argument = call.arguments[index]
  return argument?.kind === 'Literal' && typeof argument.value === 'string' ? intervalMicros(argument.value) : null
}

/** The watermark node that stands on an event time: that of a plain column, also through window_time. */
export function watermarkOf(time: BoundExpression, attributes: readonly Attribute[]): string | null {
  if (time.kind === 'BoundColumn') return attributes[time.index]?.watermark ?? null
  if (time.kind === 'BoundCall' && time.function === 'window_time' && time.arguments[0] !== undefined)
    return watermarkOf(time.arguments[0], attributes)
  return null
}

/** Collects the window of an operation; `below` gives the operation's input with the window's column as the last one. */
export class WindowCollector {
  readonly #input: Resolved
  readonly #operation: string
  #found: { readonly key: string; readonly text: string; readonly node: AssignWindowsPlan } | null = null

  constructor(input: Resolved, operation: string) {
    this.#input = input
    this.#operation = operation
  }

  readonly hook: BindHook = (expression, bind) => {
    if (!isWindowCall(expression)) return null
    const text = sqlText(expression)
    const key = expressionKey(expression)
    if (this.#found !== null && this.#found.key !== key) {
      throw new MillraceError(
        'UNSUPPORTED_OPERATION',
        `${this.#operation}: ${text} and ${this.#found.text} cannot stand in one operation.`,
        {
          hint: 'Use one window, or aggregate twice.',
          details: { operation: this.#operation },
        },
      )
    }
    this.#found ??= { key, text, node: this.#node(expression, bind) }
    return BoundColumn.create(this.#input.plan.output.length, 'window', windowType, false)
  }

  /** The plan to run the operation on. */
  below(): Resolved['plan'] {
    return this.#found?.node ?? this.#input.plan
  }

  #node(call: UnresolvedFunctionNode, bind: (one: Expression) => BoundExpression): AssignWindowsPlan {
    const { plan } = this.#input
    const time = windowTime(call, bind, this.#operation)
    const sizeMicros = callInterval(call, 1) ?? 0n
    const slideMicros = callInterval(call, 2) ?? sizeMicros
    const startMicros = callInterval(call, 3) ?? 0n
    this.#check(call, sizeMicros, slideMicros, startMicros)
    const column: Attribute = { name: 'window', type: windowType, nullable: false, watermark: watermarkOf(time, plan.output) }
    return {
      kind: 'AssignWindows',
      input: plan,
      time,
      name: 'window',
      sizeMicros,
      slideMicros,
      startMicros,
      output: [...plan.output, column],
    }
  }

  #check(call: UnresolvedFunctionNode, size: bigint, slide: bigint, start: bigint): void {
    const refuse = (why: string): never => {
      throw new MillraceError('INVALID_WINDOW', `${this.#operation}: ${sqlText(call)}: ${why}.`, {
        details: { operation: this.#operation },
      })
    }
    if (size <= 0n) refuse('the window must be longer than nothing')
    if (slide <= 0n) refuse('the slide must be longer than nothing')
    if (slide > size) refuse('the slide is longer than the window, so rows would fall between windows')
    if (start >= slide || -start >= slide) refuse('the start offset must be shorter than the slide')
    if (size / slide > 10_000n) refuse('more than 10000 windows would hold each row')
  }
}
