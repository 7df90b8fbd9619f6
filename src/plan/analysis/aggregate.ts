/**
 * Resolves Aggregate: keys become plain columns of its input (computed ones are made by a Project below), aggregates become calls, and what the user's columns
 * compute on aggregates becomes a Project above.
 */
import { windowType } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import { type BoundAggregate, BoundColumn, type BoundExpression, type NamedExpression } from '../expressions/bound-expression.ts'
import { type Expression, expressionKey, nameParts, type UnresolvedFunctionNode } from '../expressions/expression.ts'
import type { AggregateNode } from '../nodes/relation.ts'
import type { AggregatePlan, Attribute, ResolvedPlan, SessionSpec } from '../nodes/resolved-plan.ts'
import { bindExpression, resolveCall, signatureOf } from './binder.ts'
import { isDrawn } from './draws.ts'
import { columnName, sqlText } from './naming.ts'
import { projectPlan } from './projection.ts'
import { checkDistinct, type Resolved, Scope, scopeOf } from './scope.ts'
import { callInterval, isSessionCall, WindowCollector, watermarkOf, windowTime } from './window-calls.ts'

interface NamedAggregate {
  readonly name: string
  readonly aggregate: BoundAggregate
  /** What tells it from the others: the same call twice is computed once. */
  readonly key: string
}
interface Key {
  readonly name: string
  /** The key as the user wrote it, without alias: what aggregate columns may refer to. */
  readonly key: string
  /** Null for the session, which is made by merging. */
  readonly expression: BoundExpression | null
}

export function resolveAggregate(node: AggregateNode, input: Resolved, nextId: () => string): ResolvedPlan {
  const windows = new WindowCollector(input, 'groupBy')
  const scope = scopeOf(input, 'groupBy')
  let session: Omit<SessionSpec, 'position'> | null = null
  const keys = node.groupings.map((grouping): Key => {
    const name = columnName(grouping)
    const call = unaliased(grouping)
    if (!isSessionCall(call)) return { name, key: expressionKey(call), expression: bindExpression(grouping, scope, windows.hook) }
    if (session !== null) throw new MillraceError('UNSUPPORTED_OPERATION', 'groupBy: there are two session windows, and groups have one.')
    session = sessionOf(call, name, scope)
    return { name, key: expressionKey(call), expression: null }
  })
  return new AggregateBuilder(node, input, windows, keys, session).build(nextId)
}

const unaliased = (expression: Expression): Expression => (expression.kind === 'Alias' ? unaliased(expression.child) : expression)

function sessionOf(call: UnresolvedFunctionNode, name: string, scope: Scope): Omit<SessionSpec, 'position'> {
  const time = windowTime(call, (one) => bindExpression(one, scope), 'groupBy')
  const gapMicros = callInterval(call, 1) ?? 0n
  if (gapMicros <= 0n) throw new MillraceError('INVALID_WINDOW', `groupBy: ${sqlText(call)}: the gap must be longer than nothing.`)
  return { name, time, gapMicros }
}

class AggregateBuilder {
  readonly #node: AggregateNode
  readonly #input: Resolved
  readonly #windows: WindowCollector
  readonly #keys: readonly Key[]
  readonly #session: Omit<SessionSpec, 'position'> | null
  readonly #aggregates: NamedAggregate[] = []

  constructor(
    node: AggregateNode,
    input: Resolved,
    windows: WindowCollector,
    keys: readonly Key[],
    session: Omit<SessionSpec, 'position'> | null,
  ) {
    this.#node = node
    this.#input = input
    this.#windows = windows
    this.#keys = keys
    this.#session = session
  }

  build(nextId: () => string): ResolvedPlan {
    const above = this.#node.aggregates.map((one): NamedExpression => ({ name: columnName(one), expression: this.#bindAbove(one) }))
    checkDistinct([...this.#keys.map((key) => key.name), ...above.map((one) => one.name)], 'agg')
    const aggregate = this.#plan(nextId())
    return projectPlan(aggregate, [...aggregate.output.slice(0, this.#keys.length).map(columnAt), ...above])
  }

  /** An expression over the aggregate's output. */
  #bindAbove(expression: Expression): BoundExpression {
    const above = new Scope(this.#keyAttributes(), 0, 'agg')
    return bindExpression(expression, above, (one) => {
      if (one.kind === 'Alias') return null
      const own = expressionKey(one)
      const key = this.#keys.findIndex(
        (candidate) => candidate.key === own || (one.kind === 'UnresolvedAttribute' && candidate.name === one.name),
      )
      if (key >= 0) return above.column(key)
      if (one.kind === 'UnresolvedFunction' && signatureOf(one, 'agg').kind === 'aggregate') return this.#aggregateColumn(one)
      if (one.kind === 'UnresolvedAttribute') this.#mustBeKey(one.name, above)
      return null
    })
  }

  /** A key, or a field of one (`window.start`); any other column has many values in a group. */
  #mustBeKey(name: string, above: Scope): void {
    const [first = name] = nameParts(name)
    if (above.find(first) !== null) return
    scopeOf(this.#input, 'agg').resolve(first)
    throw new MillraceError('MISSING_AGGREGATION', `agg: the column '${name}' is neither a grouping key nor inside an aggregate.`, {
      hint: `Wrap it in an aggregate such as max('${name}'), or add it to groupBy. The keys are: ${this.#keys.map((key) => key.name).join(', ') || 'none'}.`,
      details: { column: name, keys: this.#keys.map((key) => key.name) },
    })
  }

  #aggregateColumn(call: UnresolvedFunctionNode): BoundColumn {
    const key = expressionKey(call)
    let index = this.#aggregates.findIndex((one) => one.key === key)
    if (index < 0) {
      const scope = scopeOf(this.#input, 'agg')
      const signature = signatureOf(call, 'agg')
      const args = call.arguments.map((argument) => bindExpression(argument, scope, nestedAggregate(call)))
      if (args.some(isDrawn)) throw drawnInside(call)
      const { resolved, coerced } = resolveCall(signature, args, 'agg')
      const aggregate: BoundAggregate = {
        function: signature.name,
        arguments: coerced,
        type: resolved.type,
        nullable: this.#isNullable(resolved.nullable, signature.name),
      }
      index = this.#aggregates.push({ name: sqlText(call), aggregate, key }) - 1
    }
    const { aggregate, name } = this.#aggregates[index] as NamedAggregate
    return BoundColumn.create(this.#keys.length + index, name, aggregate.type, aggregate.nullable)
  }

  /** Without keys there is one group, also over no rows at all: then all but counts are null. */
  #isNullable(nullable: boolean, name: string): boolean {
    return nullable || (this.#keys.length === 0 && !name.startsWith('count'))
  }

  #keyAttributes(): Attribute[] {
    const attributes = this.#windows.below().output
    return this.#keys.map(({ name, expression }) => {
      if (expression !== null)
        return { name, type: expression.type, nullable: expression.nullable, watermark: watermarkOf(expression, attributes) }
      return {
        name,
        type: windowType,
        nullable: false,
        watermark: this.#session === null ? null : watermarkOf(this.#session.time, attributes),
      }
    })
  }

  #plan(id: string): AggregatePlan {
    const below = this.#windows.below()
    const { plan: input, columns } = materialise(below, this.#keys)
    const keyAttributes = this.#keyAttributes()
    const eventTimeColumn = keyAttributes.findIndex((one) => one.watermark !== null)
    const eventTime = keyAttributes[eventTimeColumn]
    const position = this.#keys.findIndex((key) => key.expression === null)
    return {
      kind: 'Aggregate',
      input,
      id,
      keys: columns,
      session: this.#session === null ? null : { ...this.#session, position },
      aggregates: this.#aggregates.map(({ name, aggregate }) => ({ name, aggregate })),
      eventTime:
        eventTime === undefined
          ? null
          : { column: eventTimeColumn, isWindow: eventTime.type.kind === 'struct', watermark: eventTime.watermark as string },
      output: [
        ...keyAttributes,
        ...this.#aggregates.map(({ name, aggregate }) => ({ name, type: aggregate.type, nullable: aggregate.nullable, watermark: null })),
      ],
    }
  }
}

const columnAt = (attribute: Attribute, index: number): NamedExpression => ({
  name: attribute.name,
  expression: BoundColumn.create(index, attribute.name, attribute.type, attribute.nullable),
})

const nestedAggregate =
  (outer: UnresolvedFunctionNode) =>
  (one: Expression): null => {
    if (one.kind === 'UnresolvedFunction' && signatureOf(one, 'agg').kind === 'aggregate')
      throw new MillraceError('AGGREGATE_NOT_ALLOWED', `agg: ${sqlText(one)} stands inside ${sqlText(outer)}, and aggregates do not nest.`)
    return null
  }

/** As in Spark: which rows an aggregate has seen, and in which order, would decide what it drew. */
const drawnInside = (call: UnresolvedFunctionNode): MillraceError =>
  new MillraceError('AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION', `agg: ${sqlText(call)} aggregates what is drawn by chance.`, {
    hint: "Make it a column before groupBy: .withColumn('x', …).",
    details: { call: sqlText(call) },
  })

/** The keys as columns: those that are computed are appended to the input by a Project. */
function materialise(input: ResolvedPlan, keys: readonly Key[]): { readonly plan: ResolvedPlan; readonly columns: readonly BoundColumn[] } {
  const made: NamedExpression[] = []
  const columns = keys.flatMap(({ name, expression }) => {
    if (expression === null) return []
    if (expression.kind === 'BoundColumn') return [expression]
    made.push({ name, expression })
    return [BoundColumn.create(input.output.length + made.length - 1, name, expression.type, expression.nullable)]
  })
  return { plan: made.length === 0 ? input : projectPlan(input, [...input.output.map(columnAt), ...made]), columns }
}
