/**
 * What the current epoch did to the rows of a state table, so that it can be written out, kept or taken back at the cost of what was changed.
 *
 * The first change of a row moves or copies its value to a row of its own, the shadow. A removed row stays in the index, marked dead, until the epoch is
 * sealed; when its key is put again it is that row again. So a key has one row at most, and removed keys need no copy.
 */

import { RowList } from './row-list.ts'
import type { RowSpace } from './row-space.ts'
import type { StateColumn } from './state-column.ts'
import type { StateMemory } from './state-memory.ts'

/** In the index. */
const USED = 1
/** Removed in this epoch. */
const DEAD = 2
/** Its key was not there when the epoch began. */
const CREATED = 4
/** In the list of what the epoch touched. */
const TOUCHED = 8
/** Its value of before the epoch is in a shadow. */
const SHADOWED = 16

export class EpochRows {
  readonly #space: RowSpace
  readonly #valueColumns: readonly StateColumn[]
  /** Rows that the epoch changed, created or removed, each once. */
  readonly #touched: RowList
  /** Pairs: a row, and its shadow. */
  readonly #shadows: RowList
  #removed = 0
  /** Created and removed in one epoch. */
  #passing = 0

  constructor(space: RowSpace, valueColumns: readonly StateColumn[], memory: StateMemory) {
    this.#space = space
    this.#valueColumns = valueColumns
    this.#touched = new RowList(memory)
    this.#shadows = new RowList(memory)
  }

  /** Makes sure of what `create` or `touch` need. Throws STATE_TOO_LARGE. */
  reserve(): void {
    this.#space.reserve(2)
    this.#touched.reserve(1)
    this.#shadows.reserve(2)
  }
  /** Makes sure of room for one row and what `createAll` needs for so many. Throws STATE_TOO_LARGE. */
  reserveCreated(count: number): void {
    this.#space.reserve(1)
    this.#touched.reserve(count)
  }
  /** Rows of keys that are kept. */
  living(): Int32Array {
    return this.#rowsWith(USED | DEAD)
  }
  /** The same, and those that were removed in this epoch. */
  used(): Int32Array {
    return this.#rowsWith(USED)
  }
  isDead(row: number): boolean {
    return (this.#space.flagsOf(row) & DEAD) !== 0
  }
  get touched(): RowList {
    return this.#touched
  }
  get updatedRows(): number {
    return this.#touched.length - this.#removed - this.#passing
  }
  get removedRows(): number {
    return this.#removed
  }

  /** Of a row that came from a checkpoint: it is as if it had always been there. */
  restore(row: number): void {
    this.#space.setFlags(row, USED)
  }
  create(row: number): void {
    this.#space.setFlags(row, USED | CREATED | TOUCHED)
    this.#touched.push(row)
  }
  createAll(rows: Int32Array, count: number): void {
    this.#space.setAllFlags(rows, count, USED | CREATED | TOUCHED)
    this.#touched.pushAll(rows, count)
  }
  /** Readies a row for a change. `keeps`: its value stays, else it is null, to be set. Whether the row was dead, and lives again. */
  touch(row: number, keeps: boolean): boolean {
    const columns = this.#valueColumns
    let flags = this.#space.flagsOf(row)
    const wasDead = (flags & DEAD) !== 0
    if ((flags & TOUCHED) === 0) this.#touched.push(row)
    if ((flags & (CREATED | SHADOWED)) === 0) {
      const shadow = this.#space.take()
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index] as StateColumn
        if (keeps) column.copy(row, shadow)
        else column.move(row, shadow)
      }
      this.#shadows.push(row)
      this.#shadows.push(shadow)
      flags |= SHADOWED
    } else if (wasDead && !keeps) for (const column of columns) column.clear(row)
    if (wasDead) {
      if ((flags & CREATED) === 0) this.#removed--
      else this.#passing--
    }
    this.#space.setFlags(row, (flags | TOUCHED) & ~DEAD)
    return wasDead
  }
  /** Whether it was there. */
  remove(row: number): boolean {
    const flags = this.#space.flagsOf(row)
    if ((flags & DEAD) !== 0) return false
    if ((flags & TOUCHED) === 0) this.#touched.push(row)
    this.#space.setFlags(row, flags | DEAD | TOUCHED)
    if ((flags & CREATED) === 0) this.#removed++
    else this.#passing++
    return true
  }

  /** The rows that were put and are still there. */
  puts(): Int32Array {
    return this.#touchedWith(DEAD, 0)
  }
  /** The rows of keys that were there before the epoch and are not now. */
  removals(): Int32Array {
    return this.#touchedWith(DEAD | CREATED, DEAD)
  }

  /** Keeps the changes. `forget` is called for each row that is removed for good. */
  seal(forget: (row: number) => void): void {
    for (let at = 1; at < this.#shadows.length; at += 2) {
      const shadow = this.#shadows.at(at)
      for (const column of this.#valueColumns) column.clear(shadow)
      this.#space.release(shadow)
    }
    for (let at = 0; at < this.#touched.length; at++) {
      const row = this.#touched.at(at)
      if (this.isDead(row)) forget(row)
      else this.#space.setFlags(row, USED)
    }
    this.#end()
  }

  /** Takes the changes back. `forget` is called for each row that was created, `restored` for each that is again what it was; with whether it was dead. */
  rollback(restored: (row: number, wasDead: boolean) => void, forget: (row: number, wasDead: boolean) => void): void {
    for (let at = 0; at < this.#shadows.length; at += 2) {
      const shadow = this.#shadows.at(at + 1)
      for (const column of this.#valueColumns) column.move(shadow, this.#shadows.at(at))
      this.#space.release(shadow)
    }
    for (let at = 0; at < this.#touched.length; at++) {
      const row = this.#touched.at(at)
      const flags = this.#space.flagsOf(row)
      const wasDead = (flags & DEAD) !== 0
      if ((flags & CREATED) !== 0) forget(row, wasDead)
      else {
        this.#space.setFlags(row, USED)
        restored(row, wasDead)
      }
    }
    this.#end()
  }

  #rowsWith(mask: number): Int32Array {
    return this.#space.rowsWith(mask, USED)
  }
  #touchedWith(mask: number, flags: number): Int32Array {
    const touched = this.#touched.view()
    const rows = new Int32Array(touched.length)
    let count = 0
    // A loop, since `filter` with a function costs several times as much.
    for (let at = 0; at < touched.length; at++) {
      const row = touched[at] as number
      if ((this.#space.flagsOf(row) & mask) === flags) rows[count++] = row
    }
    return rows.subarray(0, count)
  }
  #end(): void {
    this.#touched.clear()
    this.#shadows.clear()
    this.#removed = 0
    this.#passing = 0
  }
}
