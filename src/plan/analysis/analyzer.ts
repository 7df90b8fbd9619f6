/**
 * From what the user wrote to a resolved plan: every name, function and type is known after it, or a MillraceError has said in words what does not fit.
 * Pure: sources are asked for their schema (describe), which does no I/O.
 */
import { booleanType, simpleString } from '../../data/data-type.ts'
import { MillraceError } from '../../error.ts'
import type { Catalog } from '../contracts/catalog.ts'
import { checkOptions } from '../contracts/options.ts'
import type { BoundExpression } from '../expressions/bound-expression.ts'
import { commonType } from '../functions/type-rules.ts'
import { intervalMicros } from '../interval.ts'
import type {
  FilterNode,
  LocalRelationNode,
  MapRowsNode,
  ReadNode,
  Relation,
  SetOperationNode,
  WithWatermarkNode,
} from '../nodes/relation.ts'
import type { Attribute, LocalScanNode, ResolvedPlan, ScanNode } from '../nodes/resolved-plan.ts'
import { resolveAggregate } from './aggregate.ts'
import { coerce } from './binder.ts'
import { pullOutDraws } from './draws.ts'
import {
  bindCondition,
  passThrough,
  projectPlan,
  resolveDrop,
  resolveProject,
  resolveRenames,
  resolveWithColumns,
  visibleOnly,
} from './projection.ts'
import { type Resolved, type Scope, scopeOf } from './scope.ts'

/** Throws what is wrong with the plan: UNRESOLVED_COLUMN, DATATYPE_MISMATCH, UNKNOWN_FORMAT, UNKNOWN_OPTION and so on. */
export function analyze(relation: Relation, catalog: Catalog): ResolvedPlan {
  return pullOutDraws(visibleOnly(new Analysis(catalog).resolve(relation)))
}

/** The names that an operation on the relation can use, hidden ones too. */
export function scopeColumns(relation: Relation, catalog: Catalog, operation: string): Scope {
  return scopeOf(new Analysis(catalog).resolve(relation), operation)
}

class Analysis {
  readonly #catalog: Catalog
  readonly #counts = { source: 0, watermark: 0, aggregate: 0 }
  readonly #names = new Set<string>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  resolve(relation: Relation): Resolved {
    switch (relation.kind) {
      case 'Read':
        return this.#read(relation)
      case 'LocalRelation':
        return shown(localScan(relation))
      case 'Project':
        return shown(resolveProject(relation, this.resolve(relation.input)))
      case 'WithColumns':
        return shown(resolveWithColumns(relation, this.resolve(relation.input)))
      case 'WithColumnsRenamed':
        return shown(resolveRenames(relation, this.resolve(relation.input)))
      case 'Drop':
        return shown(resolveDrop(relation, this.resolve(relation.input)))
      case 'Filter':
        return filter(relation, this.resolve(relation.input))
      case 'Aggregate':
        return shown(resolveAggregate(relation, this.resolve(relation.input), () => this.#id('aggregate')))
      case 'WithWatermark':
        return this.#watermark(relation, this.resolve(relation.input))
      case 'SetOperation':
        return shown(union(relation, visibleOnly(this.resolve(relation.left)), visibleOnly(this.resolve(relation.right))))
      case 'MapRows':
        return shown(rowFunction(relation, visibleOnly(this.resolve(relation.input))))
    }
  }

  #id(kind: 'source' | 'watermark' | 'aggregate'): string {
    return `${kind}-${this.#counts[kind]++}`
  }

  #read(node: ReadNode): Resolved {
    const provider = this.#catalog.source(node.format)
    const title = `The ${provider.format} source`
    checkOptions(title, node.options, provider.options)
    if (node.schema !== null && provider.userSchema === 'none') {
      throw new MillraceError('INVALID_SCHEMA', `${title} has a fixed schema, and one was given.`, { hint: 'Leave .schema(…) out.' })
    }
    if (node.schema === null && provider.userSchema === 'required') {
      throw new MillraceError('SCHEMA_REQUIRED', `${title} has no schema of its own, and none was given.`, {
        details: { format: provider.format },
      })
    }
    const description = provider.describe(node.options, node.schema)
    const decoded = new Set(description.decoder?.schema.fields.map((one) => one.name))
    const columns = [...description.schema.fields, ...description.hidden]
    const scan: ScanNode = {
      kind: 'Scan',
      id: this.#sourceId(node),
      format: provider.format,
      options: node.options,
      userSchema: node.schema,
      description,
      decoder: description.decoder,
      supplied: columns.map((one) => one.name).filter((name) => !decoded.has(name)),
      output: columns.map(({ name, type, nullable }) => ({ name, type, nullable, watermark: null })),
    }
    return { plan: scan, hidden: description.hidden.length }
  }

  #sourceId(node: ReadNode): string {
    if (node.name === null) return this.#id('source')
    if (this.#names.has(node.name)) {
      throw new MillraceError(
        'INVALID_ARGUMENT',
        `Two sources of one query have the name '${node.name}', and names are identities in checkpoints.`,
      )
    }
    this.#names.add(node.name)
    return node.name
  }

  #watermark(node: WithWatermarkNode, input: Resolved): Resolved {
    const column = scopeOf(input, 'withWatermark').resolve(node.eventTime)
    if (column.type.kind !== 'timestamp') {
      throw new MillraceError(
        'DATATYPE_MISMATCH',
        `withWatermark: the column '${node.eventTime}' is ${simpleString(column.type)}, and event time is a timestamp.`,
        {
          details: { column: node.eventTime, type: simpleString(column.type), operation: 'withWatermark' },
        },
      )
    }
    const delayMicros = intervalMicros(node.delay)
    if (delayMicros < 0n) throw new MillraceError('INVALID_INTERVAL', `withWatermark: the delay '${node.delay}' is negative.`)
    const id = this.#id('watermark')
    const output = input.plan.output.map((one, index): Attribute => (index === column.index ? { ...one, watermark: id } : one))
    return { plan: { kind: 'Watermark', input: input.plan, id, column: column.index, delayMicros, output }, hidden: input.hidden }
  }
}

const shown = (plan: ResolvedPlan): Resolved => ({ plan, hidden: 0 })

function localScan(node: LocalRelationNode): LocalScanNode {
  const output = node.schema.fields.map(({ name, type, nullable }) => ({ name, type, nullable, watermark: null }))
  return { kind: 'LocalScan', batches: node.batches, output }
}

function filter(node: FilterNode, input: Resolved): Resolved {
  const condition = bindCondition(node.condition, input, (bound): BoundExpression => {
    if (bound.type.kind === 'boolean' || bound.type.kind === 'null') return coerce(bound, booleanType)
    throw new MillraceError('DATATYPE_MISMATCH', `filter: the condition is ${simpleString(bound.type)}, and it must be boolean.`, {
      details: { type: simpleString(bound.type), operation: 'filter' },
    })
  })
  return { plan: { kind: 'Filter', input: input.plan, condition, output: input.plan.output }, hidden: input.hidden }
}

function rowFunction(node: MapRowsNode, input: ResolvedPlan): ResolvedPlan {
  const output =
    node.schema === null ? input.output : node.schema.fields.map(({ name, type, nullable }) => ({ name, type, nullable, watermark: null }))
  return { kind: 'RowFunction', input, mode: node.mode, function: node.function, output }
}

function union(_node: SetOperationNode, left: ResolvedPlan, right: ResolvedPlan): ResolvedPlan {
  const refuse = (why: string): MillraceError =>
    new MillraceError('UNION_MISMATCH', `union: ${why}.`, {
      hint: `Left: ${describe(left)}. Right: ${describe(right)}. Columns are matched by position.`,
      details: { left: describe(left), right: describe(right) },
    })
  if (left.output.length !== right.output.length)
    throw refuse(`the left side has ${left.output.length} columns, the right ${right.output.length}`)
  const output = left.output.map((one, index): Attribute => {
    const other = right.output[index] as Attribute
    const type = commonType(one.type, other.type)
    if (type === null)
      throw refuse(`column ${index + 1} is ${simpleString(one.type)} on the left and ${simpleString(other.type)} on the right`)
    return { name: one.name, type, nullable: one.nullable || other.nullable, watermark: one.watermark ?? other.watermark }
  })
  return { kind: 'Union', inputs: [left, right].map((side) => cast(side, output)), output }
}

const describe = (plan: ResolvedPlan): string =>
  plan.output.map((one) => `${one.name} ${simpleString(one.type)}`).join(', ') || 'no columns'

function cast(side: ResolvedPlan, output: readonly Attribute[]): ResolvedPlan {
  const expressions = side.output.map(passThrough).map(({ expression }, index) => {
    const wanted = output[index] as Attribute
    return { name: wanted.name, expression: coerce(expression, wanted.type) }
  })
  return expressions.every(({ expression }) => expression.kind === 'BoundColumn') ? side : projectPlan(side, expressions)
}
