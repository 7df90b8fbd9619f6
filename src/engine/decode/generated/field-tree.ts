/**
 * The fields of a decoder as the generator sees them: every declared one, with its lane where its values are wanted. The lanes are numbered in preorder, so
 * that the nulls of a record are bits.
 */
import { Buffer } from 'node:buffer'
import type { DataType, StructType } from '../../../data/data-type.ts'
import type { TimeZone } from '../../../data/time-zone.ts'
import type { DecoderSpec } from '../../../plan/contracts/source.ts'
import { CannotGenerate } from '../../compile/generated-code.ts'
import { CorruptLane } from './corrupt-lane.ts'
import { BooleanLane, DatumLane, DoubleLane, IntLane, type Lane, LongLane, StructLane } from './lanes.ts'
import { StringLane } from './string-lane.ts'

export interface FieldNode {
  readonly path: string
  /** UTF-8; null where the name is none that JSON can spell. */
  readonly name: Uint8Array | null
  readonly type: DataType
  /** Null where the values are only judged. */
  readonly lane: Lane | null
  /** The lane's number, -1 without. */
  readonly index: number
  /** Of a struct. */
  readonly members: readonly FieldNode[]
}

export interface FieldTree {
  readonly members: readonly FieldNode[]
  /** All lanes by their numbers. */
  readonly lanes: readonly Lane[]
  /** By the columns of the wanted schema. The column of corrupt records has no number: only the oracle fills it. */
  readonly columns: readonly (Lane | CorruptLane)[]
  readonly corrupt: CorruptLane | null
  readonly fields: number
}

const FIELDS_MAX = 400
const DEPTH_MAX = 16

/** `stringsMax`: of a dictionary, for tests. */
export function fieldTree(spec: DecoderSpec, zone: TimeZone, stringsMax?: number): FieldTree {
  const lanes: Lane[] = []
  let fields = 0
  const add = <L extends Lane | null>(lane: L): L => {
    if (lane !== null) lanes.push(lane)
    return lane
  }
  const nodeOf = (name: string, type: DataType, wanted: DataType | null, path: string, depth: number): FieldNode => {
    if (++fields > FIELDS_MAX) throw new CannotGenerate(`the schema has more than ${FIELDS_MAX} fields`)
    if (depth > DEPTH_MAX) throw new CannotGenerate(`structs are nested more than ${DEPTH_MAX} deep`)
    const bytes = name.isWellFormed() ? new Uint8Array(Buffer.from(name)) : null
    if (type.kind !== 'struct') {
      const lane = add(wanted === null ? null : laneOf(wanted, zone, stringsMax))
      return { path, name: bytes, type, lane, index: lane === null ? -1 : lanes.length - 1, members: [] }
    }
    const index = lanes.length
    // The struct's own lane comes before its members', and is made after them.
    if (wanted !== null) lanes.push(new DatumLane(type, zone))
    const inner = wanted?.kind === 'struct' ? wanted : null
    const members = membersOf(type, inner, `${path}.`, depth + 1)
    if (inner === null) return { path, name: bytes, type, lane: null, index: -1, members }
    const lane = new StructLane(inner.fields.map((one) => laneNamed(members, type, one.name)))
    lanes[index] = lane
    return { path, name: bytes, type, lane, index, members }
  }
  const membersOf = (
    declared: StructType,
    wanted: StructType | null,
    prefix: string,
    depth: number,
    corrupt: string | null = null,
  ): FieldNode[] => {
    refuseDoubles(declared, prefix)
    if (wanted !== null) refuseDoubles(wanted, prefix)
    return declared.fields
      .filter(({ name }) => name !== corrupt)
      .map(({ name, type }) => nodeOf(name, type, wanted?.fields.find((one) => one.name === name)?.type ?? null, prefix + name, depth))
  }
  const { schema, declared, corruptRecordColumn } = spec
  const members = membersOf(declared, schema, '', 0, corruptRecordColumn)
  const corrupt = schema.fields.some(({ name }) => name === corruptRecordColumn) ? new CorruptLane() : null
  const names = declared.fields.filter(({ name }) => name !== corruptRecordColumn).map(({ name }) => name)
  const columns = schema.fields.map(
    ({ name }) => (name === corruptRecordColumn ? corrupt : members[names.indexOf(name)]?.lane) as Lane | CorruptLane,
  )
  return { members, lanes, columns, corrupt, fields }
}

/** Whether a text with U+FFFD is the name of a field: then bytes that are no UTF-8 may name it. */
export const namesReplacement = (members: readonly FieldNode[]): boolean =>
  members.some(({ name, members: inner }) => (name !== null && Buffer.from(name).includes('\ufffd')) || namesReplacement(inner))

function laneNamed(members: readonly FieldNode[], declared: StructType, name: string): Lane {
  return members[declared.fields.findIndex((one) => one.name === name)]?.lane as Lane
}

function refuseDoubles(schema: StructType, prefix: string): void {
  if (new Set(schema.fields.map(({ name }) => name)).size < schema.fields.length)
    throw new CannotGenerate(`${prefix === '' ? 'the schema' : `the struct ${prefix.slice(0, -1)}`} has a name twice`)
}

function laneOf(type: DataType, zone: TimeZone, stringsMax: number | undefined): Lane {
  switch (type.kind) {
    case 'boolean':
      return new BooleanLane()
    case 'int':
    case 'date':
      return new IntLane(type.kind)
    case 'double':
      return new DoubleLane()
    case 'long':
    case 'timestamp':
      return new LongLane(type.kind)
    case 'string':
      return new StringLane(stringsMax)
    default:
      return new DatumLane(type, zone)
  }
}
