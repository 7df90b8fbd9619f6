/**
 * Columns that nothing uses are not carried, down to the scan, which then does not decode them. What a record must be to be well-formed does not change by it:
 * the decoder keeps the declared schema beside the one that is cut down.
 */
import { structType } from '../../data/data-type.ts'
import { BoundColumn, type BoundExpression, mapColumns, walkBound } from '../expressions/bound-expression.ts'
import type { AggregatePlan, Attribute, DrawPlan, ProjectPlan, ResolvedPlan, ScanNode } from '../nodes/resolved-plan.ts'

/** A plan with fewer columns, and where each old column is now. */
interface Pruned {
  readonly plan: ResolvedPlan
  readonly position: ReadonlyMap<number, number>
}
type Needed = ReadonlySet<number>

export function pruneColumns(plan: ResolvedPlan): ResolvedPlan {
  return exactly(plan, new Set(plan.output.keys()))
}

/** The plan with just the needed columns, in order. */
function exactly(plan: ResolvedPlan, needed: Needed): ResolvedPlan {
  const pruned = prune(plan, needed)
  const wanted = [...needed].sort((a, b) => a - b)
  if (pruned.plan.output.length === wanted.length) return pruned.plan
  const output = wanted.map((index) => plan.output[index] as Attribute)
  const expressions = output.map(({ name, type, nullable }, index) => ({
    name,
    expression: BoundColumn.create(pruned.position.get(wanted[index] as number) ?? 0, name, type, nullable),
  }))
  return { kind: 'Project', input: pruned.plan, expressions, output }
}

function prune(plan: ResolvedPlan, needed: Needed): Pruned {
  switch (plan.kind) {
    case 'Scan':
      return scan(plan, needed)
    case 'LocalScan':
      return unchanged(plan)
    case 'Project':
      return project(plan, needed)
    case 'Filter': {
      const below = prune(plan.input, union(needed, columnsOf([plan.condition])))
      return keepsInput({ ...plan, input: below.plan, condition: moved(plan.condition, below) }, below)
    }
    case 'Watermark': {
      const below = prune(plan.input, union(needed, [plan.column]))
      const column = below.position.get(plan.column) ?? 0
      const output = below.plan.output.map((one, index) => (index === column ? { ...one, watermark: plan.id } : one))
      return { plan: { ...plan, input: below.plan, column, output }, position: below.position }
    }
    case 'Draw':
      return draw(plan, needed)
    case 'AssignWindows': {
      const last = plan.output.length - 1
      const below = prune(plan.input, union(without(needed, last), columnsOf([plan.time])))
      const window = plan.output[last] as Attribute
      const output = [...below.plan.output, window]
      return {
        plan: { ...plan, input: below.plan, time: moved(plan.time, below), output },
        position: new Map([...below.position, [last, output.length - 1]]),
      }
    }
    case 'Aggregate':
      return aggregate(plan)
    case 'RowFunction':
      return unchanged({ ...plan, input: exactly(plan.input, new Set(plan.input.output.keys())) })
    case 'Union': {
      const wanted = [...needed].sort((a, b) => a - b)
      const output = wanted.map((index) => plan.output[index] as Attribute)
      return { plan: { ...plan, inputs: plan.inputs.map((input) => exactly(input, needed)), output }, position: order(wanted) }
    }
  }
}

function scan(plan: ScanNode, needed: Needed): Pruned {
  const kept = [...plan.output.keys()].filter((index) => needed.has(index))
  const output = kept.map((index) => plan.output[index] as Attribute)
  const names = new Set(output.map((one) => one.name))
  const { decoder } = plan
  const cut = decoder === null ? null : { ...decoder, schema: structType(decoder.schema.fields.filter((one) => names.has(one.name))) }
  const corrupt = cut?.corruptRecordColumn ?? null
  return {
    plan: {
      ...plan,
      decoder: cut === null ? null : { ...cut, corruptRecordColumn: corrupt !== null && names.has(corrupt) ? corrupt : null },
      supplied: plan.supplied.filter((name) => names.has(name)),
      output,
    },
    position: order(kept),
  }
}

function project(plan: ProjectPlan, needed: Needed): Pruned {
  const kept = [...plan.expressions.keys()].filter((index) => needed.has(index))
  const expressions = kept.map((index) => plan.expressions[index] as (typeof plan.expressions)[number])
  const below = prune(plan.input, columnsOf(expressions.map((one) => one.expression)))
  return {
    plan: {
      ...plan,
      input: below.plan,
      expressions: expressions.map(({ name, expression }) => ({ name, expression: moved(expression, below) })),
      output: kept.map((index) => plan.output[index] as Attribute),
    },
    position: order(kept),
  }
}

/** Each draw has a stream of its own, so one that nothing uses may go without changing the others. */
function draw(plan: DrawPlan, needed: Needed): Pruned {
  const first = plan.input.output.length
  const kept = [...plan.draws.keys()].filter((index) => needed.has(first + index))
  const below = prune(plan.input, new Set([...needed].filter((index) => index < first)))
  if (kept.length === 0) return below
  const output = [...below.plan.output, ...kept.map((index) => plan.output[first + index] as Attribute)]
  const position = kept.map((index, at) => [first + index, below.plan.output.length + at] as const)
  const draws = kept.map((index) => plan.draws[index] as (typeof plan.draws)[number])
  return { plan: { ...plan, input: below.plan, draws, output }, position: new Map([...below.position, ...position]) }
}

function aggregate(plan: AggregatePlan): Pruned {
  const time = plan.session === null ? [] : [plan.session.time]
  const below = prune(plan.input, columnsOf([...plan.keys, ...plan.aggregates.flatMap((one) => one.aggregate.arguments), ...time]))
  const at = (column: BoundColumn): BoundColumn => moved(column, below) as BoundColumn
  return unchanged({
    ...plan,
    input: below.plan,
    keys: plan.keys.map(at),
    session: plan.session === null ? null : { ...plan.session, time: moved(plan.session.time, below) },
    aggregates: plan.aggregates.map(({ name, aggregate: call }) => ({
      name,
      aggregate: { ...call, arguments: call.arguments.map((argument) => moved(argument, below)) },
    })),
  })
}

const unchanged = (plan: ResolvedPlan): Pruned => ({ plan, position: order([...plan.output.keys()]) })
const keepsInput = (plan: ResolvedPlan, below: Pruned): Pruned => ({
  plan: { ...plan, output: below.plan.output },
  position: below.position,
})
const order = (kept: readonly number[]): ReadonlyMap<number, number> => new Map(kept.map((old, index) => [old, index]))
const union = (a: Iterable<number>, b: Iterable<number>): Needed => new Set([...a, ...b])
const without = (needed: Needed, index: number): Needed => new Set([...needed].filter((one) => one !== index))

function columnsOf(expressions: readonly BoundExpression[]): Needed {
  const found = new Set<number>()
  for (const expression of expressions) for (const one of walkBound(expression)) if (one.kind === 'BoundColumn') found.add(one.index)
  return found
}

const moved = (expression: BoundExpression, below: Pruned): BoundExpression =>
  mapColumns(expression, (column) => BoundColumn.create(below.position.get(column.index) ?? 0, column.name, column.type, column.nullable))
