/**
 * What names mean at one place of a plan: the columns of an operation's input. Hidden columns (a source's own metadata) are found by direct reference, where
 * no visible column has the name. Names are found exactly first, then without regard to case, as Spark finds them.
 */
import { MillraceError, nearestName } from '../../error.ts'
import { BoundColumn } from '../expressions/bound-expression.ts'
import type { Attribute, ResolvedPlan } from '../nodes/resolved-plan.ts'

/** A resolved relation. Hidden columns, if any, are the last ones of the plan's output. */
export interface Resolved {
  readonly plan: ResolvedPlan
  readonly hidden: number
}

export class Scope {
  readonly attributes: readonly Attribute[]
  readonly visible: readonly Attribute[]
  /** The operation, for messages: `select`, `groupBy`. */
  readonly operation: string

  /** `hidden` counts the hidden columns, which are the last ones. */
  constructor(attributes: readonly Attribute[], hidden: number, operation: string) {
    this.attributes = attributes
    this.visible = attributes.slice(0, attributes.length - hidden)
    this.operation = operation
  }

  /** The position of the column, or null. Throws AMBIGUOUS_COLUMN. */
  find(name: string): number | null {
    const hidden = this.attributes.slice(this.visible.length)
    const inHidden = this.#among(hidden, name)
    return this.#among(this.visible, name) ?? (inHidden === null ? null : inHidden + this.visible.length)
  }

  /** Throws UNRESOLVED_COLUMN, naming column, operation, and the columns that exist. */
  resolve(name: string): BoundColumn {
    const index = this.find(name)
    if (index === null) throw this.unresolved(name)
    return this.column(index)
  }

  column(index: number): BoundColumn {
    const { name, type, nullable } = this.attributes[index] as Attribute
    return BoundColumn.create(index, name, type, nullable)
  }

  unresolved(name: string): MillraceError {
    const known = this.visible.map((one) => one.name)
    const hidden = this.attributes.slice(this.visible.length).map((one) => one.name)
    const near = nearestName(name, [...known, ...hidden])
    const suggestion = near === undefined ? '' : `Did you mean '${near}'? `
    const also = hidden.length === 0 ? '' : ` (and hidden, by name only: ${hidden.join(', ')})`
    return new MillraceError('UNRESOLVED_COLUMN', `${this.operation}: there is no column '${name}' in its input.`, {
      hint: `${suggestion}The columns are: ${known.join(', ') || 'none'}${also}.`,
      details: { column: name, operation: this.operation, columns: known, hidden, ...(near === undefined ? {} : { suggestion: near }) },
    })
  }

  #among(attributes: readonly Attribute[], name: string): number | null {
    const exact = indexes(attributes, (one) => one.name === name)
    const found = exact.length > 0 ? exact : indexes(attributes, (one) => one.name.toLowerCase() === name.toLowerCase())
    if (found.length > 1) {
      throw new MillraceError('AMBIGUOUS_COLUMN', `${this.operation}: the name '${name}' fits ${found.length} columns of its input.`, {
        details: { column: name, operation: this.operation },
      })
    }
    return found[0] ?? null
  }
}

/** The names that an operation on the relation can use. */
export const scopeOf = ({ plan, hidden }: Resolved, operation: string): Scope => new Scope(plan.output, hidden, operation)

function indexes(attributes: readonly Attribute[], test: (attribute: Attribute) => boolean): number[] {
  return attributes.flatMap((one, index) => (test(one) ? [index] : []))
}

/** Throws DUPLICATE_COLUMN: a row is an object, so it cannot have two values of one name. */
export function checkDistinct(names: readonly string[], operation: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new MillraceError('DUPLICATE_COLUMN', `${operation}: the result would have two columns '${twice}'.`, {
    details: { column: twice, operation, columns: names },
  })
}
