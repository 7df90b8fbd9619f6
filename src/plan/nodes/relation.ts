/**
 * The plan as users write it: frozen plain nodes, one per Spark Connect relation, with its name. Nothing is resolved here, and nothing is checked beyond
 * what the node itself needs; analysis/ does that. Lambdas are the one thing in a plan that is not data: they are opaque, and no rule looks inside.
 */
import type { StructType } from '../../data/data-type.ts'
import type { Batch } from '../../data/vector.ts'
import type { Expression } from '../expressions/expression.ts'

/** Option keys are case-insensitive; they are stored as the user wrote them. */
export type Options = Readonly<Record<string, string>>

/** `Read` of a streaming data source. */
export interface ReadNode {
  readonly kind: 'Read'
  readonly format: string
  readonly options: Options
  readonly schema: StructType | null
  /** Identity of the source in checkpoints, if the user gave one. */
  readonly name: string | null
}
/** Rows that are in memory already: what foreachBatch gets, and createDataFrame makes. Never streaming. */
export interface LocalRelationNode {
  readonly kind: 'LocalRelation'
  readonly schema: StructType
  readonly batches: readonly Batch[]
}
export interface ProjectNode {
  readonly kind: 'Project'
  readonly input: Relation
  readonly expressions: readonly Expression[]
}
export interface FilterNode {
  readonly kind: 'Filter'
  readonly input: Relation
  readonly condition: Expression
}
/** Adds or replaces columns: each is an Alias. */
export interface WithColumnsNode {
  readonly kind: 'WithColumns'
  readonly input: Relation
  readonly columns: readonly { readonly name: string; readonly expression: Expression }[]
}
export interface WithColumnsRenamedNode {
  readonly kind: 'WithColumnsRenamed'
  readonly input: Relation
  readonly renames: readonly { readonly from: string; readonly to: string }[]
}
export interface DropNode {
  readonly kind: 'Drop'
  readonly input: Relation
  readonly columns: readonly string[]
}
export interface AggregateNode {
  readonly kind: 'Aggregate'
  readonly input: Relation
  readonly groupings: readonly Expression[]
  readonly aggregates: readonly Expression[]
}
export interface WithWatermarkNode {
  readonly kind: 'WithWatermark'
  readonly input: Relation
  readonly eventTime: string
  readonly delay: string
}
/** UNION ALL by position, as in Spark. */
export interface SetOperationNode {
  readonly kind: 'SetOperation'
  readonly operation: 'union'
  readonly left: Relation
  readonly right: Relation
}
/** What a row function gets and returns: objects, as TypeScript sees rows. */
export type RowFunction = (row: Readonly<Record<string, unknown>>) => unknown
/** A lambda over rows. `map` gives a row, `flatMap` an iterable of rows, `filter` a boolean. Opaque to every rule. */
export interface MapRowsNode {
  readonly kind: 'MapRows'
  readonly input: Relation
  readonly mode: 'map' | 'filter' | 'flatMap'
  readonly function: RowFunction
  /** The schema of the rows that it makes; null for `filter`, which keeps the input's. */
  readonly schema: StructType | null
}

export type Relation =
  | ReadNode
  | LocalRelationNode
  | ProjectNode
  | FilterNode
  | WithColumnsNode
  | WithColumnsRenamedNode
  | DropNode
  | AggregateNode
  | WithWatermarkNode
  | SetOperationNode
  | MapRowsNode

const make =
  <K extends Relation['kind']>(kind: K) =>
  (parts: Omit<Extract<Relation, { kind: K }>, 'kind'>): Extract<Relation, { kind: K }> =>
    Object.freeze({ kind, ...parts }) as Extract<Relation, { kind: K }>

export const ReadNode = { create: make('Read') }
export const LocalRelationNode = { create: make('LocalRelation') }
export const ProjectNode = { create: make('Project') }
export const FilterNode = { create: make('Filter') }
export const WithColumnsNode = { create: make('WithColumns') }
export const WithColumnsRenamedNode = { create: make('WithColumnsRenamed') }
export const DropNode = { create: make('Drop') }
export const AggregateNode = { create: make('Aggregate') }
export const WithWatermarkNode = { create: make('WithWatermark') }
export const SetOperationNode = { create: make('SetOperation') }
export const MapRowsNode = { create: make('MapRows') }
