/**
 * The shape of a batch: everything about its vectors that generated code is specialised for. One generated function serves all batches of a shape; a source
 * gives few of them.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Vector } from '../../data/vector.ts'

export interface VectorShape {
  readonly kind: Vector['kind']
  /** Of longs and timestamps; null of all others. */
  readonly lane: 'float64' | 'bigint64' | null
  readonly form: 'slices' | 'dictionary' | null
  /** `some`: there is a bitmap. `unknown`: there may be one. */
  readonly validity: 'none' | 'some' | 'unknown'
  readonly children: readonly VectorShape[]
}
type Validity = (vector: Vector) => VectorShape['validity']

export const exactValidity: Validity = (vector) => (vector.validity === null ? 'none' : 'some')
export const anyValidity: Validity = () => 'unknown'

export function shapeOf(vector: Vector, validity: Validity): VectorShape {
  return {
    kind: vector.kind,
    lane: vector.kind !== 'long' && vector.kind !== 'timestamp' ? null : vector.values instanceof Float64Array ? 'float64' : 'bigint64',
    form: vector.kind === 'string' ? vector.form : null,
    validity: validity(vector),
    children: vector.kind === 'struct' ? vector.children.map((child) => shapeOf(child, validity)) : [],
  }
}

/** A text that is the same for equal shapes. */
export function shapeKey(vector: Vector, validity: Validity): string {
  const mark = { none: '', some: '?', unknown: '*' }[validity(vector)]
  switch (vector.kind) {
    case 'long':
    case 'timestamp':
      return vector.values instanceof Float64Array ? `f${mark}` : `g${mark}`
    case 'string':
      return vector.form === 'slices' ? `s${mark}` : `t${mark}`
    case 'struct':
      return `(${vector.children.map((child) => shapeKey(child, validity)).join('')})${mark}`
    case 'null':
      return 'n'
    default:
      return `${vector.kind[0]}${mark}`
  }
}

export const hasBigLanes = (shape: VectorShape): boolean => shape.lane === 'bigint64' || shape.children.some(hasBigLanes)

/** What a source most often gives for the type: what explain('codegen') shows before there is a batch. */
export function usualShape(type: DataType, nullable: boolean): VectorShape {
  return {
    kind: type.kind,
    lane: type.kind === 'long' || type.kind === 'timestamp' ? 'float64' : null,
    form: type.kind === 'string' ? 'dictionary' : null,
    validity: nullable ? 'some' : 'none',
    children: type.kind === 'struct' ? type.fields.map((one) => usualShape(one.type, one.nullable)) : [],
  }
}
