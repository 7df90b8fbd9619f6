/**
 * What a checkpoint remembers of the program that made it: the parts that state and positions depend on. A changed program is compared with it before
 * anything runs: it keeps its state, or is refused with both sides shown.
 *
 * What may change: filters, projections, row functions and everything else that keeps nothing; the delay of a watermark; limits; the sink and its options.
 * What may not: the operators that keep state, their keys, values and functions; the output mode of a query with state; the sources, and what a replayable
 * one reads; the time zone and the watermark policy of a query with state. Names of columns may change where the renames are declared.
 */
import { simpleString } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import type { OutputMode } from '../../plan/contracts/sink.ts'
import type { ResolvedPlan } from '../../plan/nodes/resolved-plan.ts'
import { walkPlan } from '../../plan/nodes/resolved-plan.ts'

export interface OperatorDescription {
  readonly id: string
  /** `user STRING`, in order. */
  readonly keys: readonly string[]
  /** `count(*) BIGINT`, in order: the function and the type, not the name that the user gave the result. */
  readonly values: readonly string[]
  /** What groups expire by: a key, or nothing. */
  readonly eventTime: string | null
  /** The gap of sessions in µs, and the windows below, as texts. */
  readonly windows: readonly string[]
}
export interface SourceDescriptionText {
  readonly id: string
  readonly format: string
  /** What a replayable source reads; null where the place does not matter. */
  readonly place: string | null
}
export interface PlanDescription {
  readonly outputMode: OutputMode
  readonly timeZone: string
  readonly watermarkPolicy: string
  readonly operators: readonly OperatorDescription[]
  readonly sources: readonly SourceDescriptionText[]
}
/** Old name → new name, of columns. */
export type Renames = Readonly<Record<string, string>>

export function describePlan(
  plan: ResolvedPlan,
  settings: Pick<PlanDescription, 'outputMode' | 'timeZone' | 'watermarkPolicy'>,
): PlanDescription {
  const nodes = [...walkPlan(plan)]
  return {
    ...settings,
    operators: nodes.flatMap((node) => {
      if (node.kind !== 'Aggregate') return []
      const named = (name: string, type: string): string => `${name} ${type}`
      const below = [...walkPlan(node.input)]
      const windows = below.flatMap((one) =>
        one.kind === 'AssignWindows'
          ? [`window ${one.name}: ${one.sizeMicros} µs, each ${one.slideMicros} µs, from ${one.startMicros} µs`]
          : [],
      )
      const session = node.session === null ? [] : [`session ${node.session.name}: gap ${node.session.gapMicros} µs`]
      return [
        {
          id: node.id,
          keys: node.keys.map((key) => named(key.name, simpleString(key.type))),
          values: node.aggregates.map(({ aggregate }) =>
            named(
              `${aggregate.function}(${aggregate.arguments.map((one) => simpleString(one.type)).join(', ')})`,
              simpleString(aggregate.type),
            ),
          ),
          eventTime: node.eventTime === null ? null : (node.output[node.eventTime.column]?.name ?? null),
          windows: [...windows, ...session],
        },
      ]
    }),
    sources: nodes.flatMap((node) =>
      node.kind === 'Scan'
        ? [{ id: node.id, format: node.format, place: node.description.guarantee === 'replayable' ? node.description.title : null }]
        : [],
    ),
  }
}

/** Throws CHECKPOINT_INCOMPATIBLE where `now` cannot go on from what `before` left. */
export function checkCompatible(before: PlanDescription, now: PlanDescription, renames: Renames): void {
  const old = renamed(before, renames)
  const differences = [
    ...differencesOf('source', old.sources, now.sources, (one) => `${one.format}${one.place === null ? '' : ` ${one.place}`}`),
    ...differencesOf('operator', old.operators, now.operators, operatorText),
  ]
  if (now.operators.length > 0) {
    for (const setting of ['outputMode', 'timeZone', 'watermarkPolicy'] as const)
      if (old[setting] !== now[setting]) differences.push({ what: setting, before: old[setting], now: now[setting] })
  }
  if (differences.length === 0) return
  throw new MillraceError(
    'CHECKPOINT_INCOMPATIBLE',
    `The checkpoint is of another program:\n${differences.map((one) => `  ${one.what}\n    checkpoint: ${one.before}\n    program:    ${one.now}`).join('\n')}\n`,
    { details: { differences } },
  )
}

interface Difference {
  readonly what: string
  readonly before: string
  readonly now: string
}

function differencesOf<T extends { readonly id: string }>(
  what: string,
  before: readonly T[],
  now: readonly T[],
  text: (one: T) => string,
): Difference[] {
  const ids = [...new Set([...before, ...now].map((one) => one.id))]
  return ids.flatMap((id) => {
    const [old, present] = [before, now].map((side) => {
      const one = side.find((candidate) => candidate.id === id)
      return one === undefined ? 'none' : text(one)
    }) as [string, string]
    return old === present ? [] : [{ what: `${what} ${id}`, before: old, now: present }]
  })
}

const operatorText = ({ keys, values, eventTime, windows }: OperatorDescription): string =>
  `keys (${keys.join(', ')}), values (${values.join(', ')})${windows.map((one) => `, ${one}`).join('')}${eventTime === null ? '' : `, expires by ${eventTime}`}`

function renamed(plan: PlanDescription, renames: Renames): PlanDescription {
  if (Object.keys(renames).length === 0) return plan
  const rename = (name: string): string => (Object.hasOwn(renames, name) ? (renames[name] as string) : name)
  const first = (text: string): string => text.replace(/^[^ ]+/, rename)
  return {
    ...plan,
    operators: plan.operators.map((one) => ({
      ...one,
      keys: one.keys.map(first),
      eventTime: one.eventTime === null ? null : rename(one.eventTime),
      windows: one.windows.map((text) =>
        text.replace(/^(window|session) ([^:]+):/, (_, kind: string, name: string) => `${kind} ${rename(name)}:`),
      ),
    })),
  }
}

/** `old -> new, other -> another`. Throws INVALID_OPTION. */
export function parseRenames(text: string | null): Renames {
  if (text === null) return {}
  return Object.fromEntries(
    text.split(',').map((part) => {
      const match = /^\s*(\S+)\s*->\s*(\S+)\s*$/.exec(part)
      if (match === null) {
        throw new MillraceError('INVALID_OPTION', `writeStream: option 'checkpointRenames' is '${text}'.`, {
          hint: "Write 'old -> new', with commas between several.",
        })
      }
      return [match[1] as string, match[2] as string]
    }),
  )
}
