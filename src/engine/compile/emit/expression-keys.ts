/** Expressions that compute the same have the same key, so that generated code computes them once. Keys never become text of the code. */
import { ddl } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'
import type { BoundExpression } from '../../../plan/expressions/bound-expression.ts'
import { lookUpFunction } from '../../../plan/functions/registry.ts'

/** What an epoch decides once: the same wherever it stands in a batch. */
const FIXED_IN_BATCH: ReadonlySet<string> = new Set(['current_timestamp', 'current_date'])

export class ExpressionKeys {
  readonly #ids = new Map<string, number>()
  readonly #objects = new Map<unknown, number>()
  readonly #known = new WeakMap<BoundExpression, number>()

  of(expression: BoundExpression): number {
    const known = this.#known.get(expression)
    if (known !== undefined) return known
    const text = this.#text(expression)
    const id = this.#ids.get(text) ?? this.#ids.size
    this.#ids.set(text, id)
    this.#known.set(expression, id)
    return id
  }

  #text(expression: BoundExpression): string {
    switch (expression.kind) {
      case 'BoundColumn':
        return `column ${expression.index}`
      case 'BoundLiteral':
        return `literal ${ddl(expression.type)} ${this.#datum(expression.value)}`
      case 'BoundCall': {
        const args = expression.arguments.map((argument) => this.of(argument)).join(',')
        // What may differ from call to call is never the same as another call.
        const fixed = FIXED_IN_BATCH.has(expression.function) || lookUpFunction(expression.function)?.deterministic !== false
        return `call ${args} ${fixed ? '' : this.#object(expression)} ${ddl(expression.type)} ${expression.function}`
      }
    }
  }

  #datum(datum: Datum): string {
    if (typeof datum === 'object' && datum !== null) return `object ${this.#object(datum)}`
    return Object.is(datum, -0) ? 'number -0' : `${typeof datum} ${String(datum)}`
  }
  #object(object: unknown): number {
    const id = this.#objects.get(object) ?? this.#objects.size
    this.#objects.set(object, id)
    return id
  }
}
