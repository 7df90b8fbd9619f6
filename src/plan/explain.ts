/** Plans as texts: what `explain` shows, and what tells a changed program from the same one (planIdentity). */
import { ddl, simpleString } from '../data/data-type.ts'
import { aggregateText, boundText, durationText } from './bound-text.ts'
import { type AggregatePlan, type Attribute, inputsOf, type ResolvedPlan, type ScanNode } from './nodes/resolved-plan.ts'

export type ExplainOptions = { readonly mode: 'simple' } | { readonly mode: 'extended'; readonly analyzed: ResolvedPlan }

/** The plan that runs; in extended mode also the analysed one, with all columns and types. */
export function explain(plan: ResolvedPlan, options: ExplainOptions): string {
  const physical = `== Plan ==\n${tree(plan)}`
  if (options.mode === 'simple') return physical
  return `== Analyzed Plan ==\n${schemaText(options.analyzed.output)}\n${tree(options.analyzed)}\n${physical}`
}

/** The same plan gives the same text, over versions too. Lambdas are opaque: only where they stand counts. */
export function planIdentity(plan: ResolvedPlan): string {
  return `${tree(plan)}${plan.output.map((one) => `${one.name} ${ddl(one.type)}`).join(', ')}`
}

const schemaText = (output: readonly Attribute[]): string => output.map((one) => `${one.name}: ${simpleString(one.type)}`).join(', ')

/** A line a node, its inputs below it, as Spark draws trees. */
function tree(plan: ResolvedPlan): string {
  const lines: string[] = []
  const visit = (node: ResolvedPlan, first: string, rest: string): void => {
    lines.push(`${first}${nodeText(node)}\n`)
    const inputs = inputsOf(node)
    for (const [index, input] of inputs.entries()) {
      const last = index === inputs.length - 1
      visit(input, `${rest}${last ? '+- ' : ':- '}`, `${rest}${last ? '   ' : ':  '}`)
    }
  }
  visit(plan, '', '')
  return lines.join('')
}

/** The node alone, in a line. */
export function nodeText(node: ResolvedPlan): string {
  switch (node.kind) {
    case 'Scan':
      return scanText(node)
    case 'LocalScan':
      return `LocalScan [${names(node.output)}] ${node.batches.reduce((sum, batch) => sum + batch.length, 0)} rows`
    case 'Project':
      return `Project [${node.expressions.map(({ name, expression }) => named(boundText(expression), name)).join(', ')}]`
    case 'Filter':
      return `Filter ${boundText(node.condition)}`
    case 'Draw':
      return `Draw [${node.draws.map((one) => one.name).join(', ')}]`
    case 'AssignWindows': {
      const slide = node.slideMicros === node.sizeMicros ? '' : `, every ${durationText(node.slideMicros)}`
      const start = node.startMicros === 0n ? '' : `, from ${durationText(node.startMicros)}`
      return `AssignWindows ${node.name} = ${durationText(node.sizeMicros)} of ${boundText(node.time)}${slide}${start}`
    }
    case 'Watermark':
      return `Watermark ${node.id}: ${node.output[node.column]?.name} - ${durationText(node.delayMicros)}`
    case 'Aggregate':
      return aggregateNodeText(node)
    case 'RowFunction':
      return `RowFunction ${node.mode} [${names(node.output)}] (opaque: repeated on replay)`
    case 'Union':
      return `Union [${names(node.output)}]`
  }
}

const names = (output: readonly Attribute[]): string => output.map((one) => one.name).join(', ')
const named = (text: string, name: string): string => (text === name ? name : `${text} AS ${name}`)

function scanText(node: ScanNode): string {
  const hidden = new Map(node.description.hidden.map((one) => [one.name, one.note]))
  const shown = new Set(node.description.schema.fields.map((one) => one.name))
  const columns = node.output.map(({ name }) => (shown.has(name) ? name : `${name} (${hidden.get(name) ?? 'hidden'}, hidden)`))
  return `Scan ${node.format} ${node.description.title} [${columns.join(', ')}] ${node.id}, ${node.description.guarantee}`
}

function aggregateNodeText(node: AggregatePlan): string {
  const keys: string[] = node.keys.map((key) => key.name)
  if (node.session !== null)
    keys.splice(
      node.session.position,
      0,
      named(`session of ${boundText(node.session.time)}, gap ${durationText(node.session.gapMicros)}`, node.session.name),
    )
  const aggregates = node.aggregates.map(({ name, aggregate }) => named(aggregateText(aggregate), name))
  const expires = node.eventTime === null ? 'state is kept' : `state goes by ${node.output[node.eventTime.column]?.name}`
  return `Aggregate ${node.id} by [${keys.join(', ')}] compute [${aggregates.join(', ')}] (${expires})`
}
