/** A column of structs: a column for each field, all null where the struct is. */
import type { StructType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import type { StructVector, Vector } from '../../data/vector.ts'
import { isValid } from '../../data/vector-reader.ts'
import { PresenceLane } from './pages.ts'
import type { StateColumn } from './state-column.ts'

export class StructColumn implements StateColumn {
  readonly type: StructType
  readonly children: readonly StateColumn[]
  readonly rowBytes: number
  readonly present = new PresenceLane()

  constructor(type: StructType, children: readonly StateColumn[]) {
    this.type = type
    this.children = children
    this.rowBytes = children.reduce((sum, one) => sum + one.rowBytes, PresenceLane.ROW_BYTES)
  }
  get textBytes(): number {
    return this.children.reduce((sum, one) => sum + one.textBytes, 0)
  }
  grow(capacity: number): void {
    this.present.grow(capacity)
    for (const child of this.children) child.grow(capacity)
  }

  get(row: number): Datum {
    return this.present.has(row) ? this.children.map((child) => child.get(row)) : null
  }
  isNull(row: number): boolean {
    return !this.present.has(row)
  }
  set(row: number, datum: Datum): void {
    if (datum === null) {
      this.clear(row)
      return
    }
    this.present.set(row)
    const { children } = this
    for (let index = 0; index < children.length; index++)
      (children[index] as StateColumn).set(row, (datum as readonly Datum[])[index] ?? null)
  }
  clear(row: number): void {
    this.present.unset(row)
    for (const child of this.children) child.clear(row)
  }
  copy(from: number, to: number): void {
    if (this.present.has(from)) this.present.set(to)
    else this.present.unset(to)
    for (const child of this.children) child.copy(from, to)
  }
  move(from: number, to: number): void {
    if (this.present.has(from)) this.present.set(to)
    else this.present.unset(to)
    this.present.unset(from)
    for (const child of this.children) child.move(from, to)
  }
  reserve(datum: Datum): void {
    if (datum === null) return
    for (const [index, child] of this.children.entries()) child.reserve((datum as readonly Datum[])[index] ?? null)
  }
  reserveRow(row: number): void {
    for (const child of this.children) child.reserveRow(row)
  }

  hash(row: number, seed: number): number {
    // Nulls leave the seed, so a null struct needs no case: its fields are null.
    const { children } = this
    let hash = seed
    for (let index = 0; index < children.length; index++) hash = (children[index] as StateColumn).hash(row, hash)
    return hash
  }
  mix(row: number, seed: number): number {
    return this.hash(row, seed)
  }
  equal(a: number, b: number): boolean {
    if (this.present.has(a) !== this.present.has(b)) return false
    const { children } = this
    for (let index = 0; index < children.length; index++) if (!(children[index] as StateColumn).equal(a, b)) return false
    return true
  }

  gather(rows: Int32Array): Vector {
    return {
      kind: 'struct',
      length: rows.length,
      validity: this.present.validityOf(rows),
      children: this.children.map((child) => child.gather(rows)),
    }
  }
  load(row: number, vector: Vector, index: number): void {
    if (!isValid(vector.validity, index)) {
      this.clear(row)
      return
    }
    this.present.set(row)
    const vectors = (vector as StructVector).children
    const { children } = this
    for (let at = 0; at < children.length; at++) (children[at] as StateColumn).load(row, vectors[at] as Vector, index)
  }
  tidy(rowsMax: number): void {
    for (const child of this.children) child.tidy(rowsMax)
  }
}
