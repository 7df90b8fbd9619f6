/**
 * The sessions that an epoch's rows fall into. The session into which a key's last row fell is at hand in lanes, and most rows fall into it again; all else
 * goes through the key's list.
 *
 * A row of the state table keeps its key until `settle`, also when earlier rows move the start of its session; then it is renamed once. Ends are written then.
 */
import type { Vector } from '../../../data/vector.ts'
import type { LongColumn } from '../../state/long-column.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { PROBE, type StateTable } from '../../state/state-table.ts'
import { CODES_MAX, type GroupRows, lane } from './group-rows.ts'
import { KeyCodes } from './key-codes.ts'
import { setSafe } from './key-load.ts'
import { KeySessions } from './key-sessions.ts'
import type { Entries } from './lane-aggregates.ts'
import { SessionIndex } from './session-index.ts'

const FIRST_SLOTS = 64
/** Of the session at hand: from when to when it is, the start of the one behind it, its state row, and its place among its key's. */
const HAND_BITS = 3
const FROM = 0
const TO = 1
const NEXT = 2
const ROW = 3
const PLACE = 4
export interface SessionCallbacks {
  readonly onLate: (row: number) => void
  /** Folds entries so far: sessions are about to be merged. */
  readonly fold: (entries: Entries) => void
  /** Makes the state of `into` that of `other` and `into` together. */
  readonly merge: (other: number, into: number) => void
}

export class SessionRows {
  readonly #groups: GroupRows
  readonly #table: StateTable
  readonly #gap: number
  readonly #index: SessionIndex
  readonly #codes: KeyCodes
  readonly #keyColumns: readonly StateColumn[]
  readonly #start: LongColumn
  readonly #end: LongColumn
  /** By slot: the keys of this epoch; slot 0 is none. */
  readonly #keys: (KeySessions | null)[] = [null]
  readonly #slotOfFirst = new Map<number, number>()
  #slotOfCode = new Int32Array(FIRST_SLOTS)
  /** By state row; may be of an epoch before, so the slot is to be asked. */
  #slotOfRow: Int32Array = new Int32Array(FIRST_SLOTS)
  /** By slot: the session at hand, in one line of memory. */
  #hands = new Float64Array(FIRST_SLOTS << HAND_BITS)
  #rows: Int32Array = new Int32Array(0)
  #at: Int32Array = new Int32Array(0)
  #count = 0
  #hasReplaced = false

  constructor(groups: GroupRows, gapMicros: bigint) {
    const { table } = groups
    this.#groups = groups
    this.#table = table
    this.#gap = Number(gapMicros)
    this.#index = new SessionIndex(table)
    this.#keyColumns = table.keyColumns.slice(0, -1)
    this.#codes = new KeyCodes(this.#keyColumns.map((one) => one.type))
    this.#start = table.keyColumns.at(-1) as LongColumn
    this.#end = table.valueColumns[0] as LongColumn
  }

  begin(): void {
    this.#keys.length = 1
    this.#slotOfFirst.clear()
    if (this.#codes.max > CODES_MAX) this.#codes.clear()
    this.#slotOfCode.fill(0)
  }

  /** Whether the lane's times leave room for sums. */
  fits(times: Float64Array, isPresent: (row: number) => boolean): boolean {
    const max = Number.MAX_SAFE_INTEGER - 4 * this.#gap
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number
      if (!(time <= max && time >= -max) && isPresent(row)) return false
    }
    return true
  }

  /** The entries of a batch, in the order of its rows, but for those that `fold` was given. `lateUpTo`: null, nothing is late. */
  map(
    keys: readonly Vector[],
    times: Float64Array,
    isPresent: ((row: number) => boolean) | null,
    lateUpTo: bigint | null,
    callbacks: SessionCallbacks,
  ): Entries {
    const { length } = times
    const codes = this.#codes.code(keys, length)
    if (this.#slotOfCode.length <= this.#codes.max) {
      const grown = new Int32Array(2 * this.#codes.max)
      grown.set(this.#slotOfCode)
      this.#slotOfCode = grown
    }
    this.#rows = lane(this.#rows, length)
    this.#at = lane(this.#at, length)
    this.#count = 0
    const gap = this.#gap
    const late = lateUpTo === null ? Number.NEGATIVE_INFINITY : Number(lateUpTo)
    const slots = this.#slotOfCode
    for (let row = 0; row < length; row++) {
      const time = times[row] as number
      if (isPresent !== null && !isPresent(row)) continue
      const end = time + gap
      if (end <= late) {
        callbacks.onLate(row)
        continue
      }
      let slot = slots[codes[row] as number] as number
      if (slot === 0) {
        slot = this.#slotOf(keys, row)
        slots[codes[row] as number] = slot
      }
      const hands = this.#hands
      const hand = slot << HAND_BITS
      if (time >= (hands[hand + FROM] as number) && time <= (hands[hand + TO] as number) && end < (hands[hand + NEXT] as number)) {
        if (end > (hands[hand + TO] as number)) hands[hand + TO] = end
        this.#add(hands[hand + ROW] as number, row)
      } else this.#join(slot, time, row, keys, callbacks)
    }
    return this.#entries()
  }

  /** Gives each session's row its start and end. To be called before rows are looked at. */
  settle(): void {
    for (let slot = 1; slot < this.#keys.length; slot++) {
      const sessions = this.#keys[slot] as KeySessions
      this.#putBack(slot, sessions)
      for (let at = 0; at < sessions.length; at++) {
        if (!sessions.isTouched(at)) continue
        let row = sessions.rowOf(at)
        if (this.#start.numberAt(row) !== sessions.startOf(at)) {
          row = this.#renamed(row, sessions.startOf(at))
          sessions.setRow(at, row)
          sessions.hasChanged = true
          this.#noteSlot(row, slot)
        }
        setSafe(this.#end, row, sessions.endOf(at))
        this.#table.reschedule(row)
      }
      // The lists are as they should be; the lanes are read again where more rows come.
      this.#leave(slot)
    }
  }

  /** Removes settled sessions. */
  remove(rows: Int32Array): void {
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number
      const start = this.#start.numberAt(row) as number
      let sessions = this.#keys[this.#slotOfRow[row] ?? 0] ?? null
      let place = sessions === null ? -1 : sessions.startingAfter(start) - 1
      if (sessions === null || sessions.rowOf(place) !== row) {
        for (const column of this.#keyColumns) column.copy(row, PROBE)
        sessions = this.#keys[this.#slotOfProbe()] as KeySessions
        place = sessions.startingAfter(start) - 1
      }
      sessions.remove(place, 1)
      this.#table.removeRow(row)
    }
  }

  /** The index follows what the epoch did. To be called before the table is sealed. */
  publish(): void {
    this.#hasReplaced = true
    for (const sessions of this.#keys) if (sessions?.hasChanged === true) this.#index.replace(sessions.first, sessions.rows())
  }
  /** The epoch is committed. */
  published(): void {
    this.#hasReplaced = false
    this.begin()
  }
  /** Takes the epoch back; `rollback` does so for the table, whose rows are needed before it and after. */
  rollback(rollback: () => void): void {
    if (!this.#hasReplaced) for (const one of this.#keys) if (one?.isNew === true && one.first !== 0) this.#index.forget(one.first)
    rollback()
    if (this.#hasReplaced) this.#index.rebuild()
    this.#hasReplaced = false
    this.begin()
  }

  #entries(): Entries {
    return { count: this.#count, rows: this.#rows, at: this.#at }
  }
  #add(stateRow: number, row: number): void {
    this.#rows[this.#count] = stateRow
    this.#at[this.#count++] = row
  }

  #slotOf(keys: readonly Vector[], row: number): number {
    this.#groups.load(this.#keyColumns, keys, row)
    return this.#slotOfProbe()
  }
  /** The slot of the keys in the probe; their sessions are fetched where the epoch has not seen them. */
  #slotOfProbe(): number {
    const first = this.#index.find()
    const known = first === 0 ? undefined : this.#slotOfFirst.get(first)
    if (known !== undefined) return known
    const slot = this.#keys.length
    const sessions = new KeySessions(first)
    this.#keys.push(sessions)
    if (first !== 0) this.#slotOfFirst.set(first, slot)
    for (let row = first; row !== 0; row = this.#index.nextOf(row)) {
      const start = this.#start.numberAt(row) as number
      sessions.insert(sessions.startingAfter(start), start, this.#end.numberAt(row) as number, row, false)
      this.#noteSlot(row, slot)
    }
    if ((slot + 1) << HAND_BITS > this.#hands.length) this.#hands = copied(this.#hands, new Float64Array(2 * this.#hands.length))
    this.#leave(slot)
    return slot
  }

  /** A row that does not just go into the session at hand. */
  #join(slot: number, time: number, row: number, keys: readonly Vector[], callbacks: SessionCallbacks): void {
    const sessions = this.#keys[slot] as KeySessions
    this.#putBack(slot, sessions)
    const end = time + this.#gap
    const first = sessions.endingFrom(time)
    const last = sessions.startingAfter(end) - 1
    if (first > last) {
      const made = this.#created(sessions, keys, row, time)
      this.#noteSlot(made, slot)
      sessions.insert(first, time, end, made, true)
      sessions.hasChanged = true
      if (sessions.first === 0) {
        sessions.first = sessions.rowOf(0)
        this.#index.add(sessions.first)
        this.#slotOfFirst.set(sessions.first, slot)
      }
    } else {
      if (!sessions.isTouched(first)) this.#touch(sessions, first)
      if (time < sessions.startOf(first)) sessions.setStart(first, time)
      sessions.setEnd(first, Math.max(end, sessions.endOf(last)))
    }
    const into = sessions.rowOf(first)
    this.#add(into, row)
    if (first < last) {
      callbacks.fold(this.#entries())
      this.#count = 0
      for (let at = first + 1; at <= last; at++) {
        callbacks.merge(sessions.rowOf(at), into)
        this.#table.removeRow(sessions.rowOf(at))
      }
      sessions.remove(first + 1, last - first)
    }
    const hands = this.#hands
    const hand = slot << HAND_BITS
    hands[hand + FROM] = sessions.startOf(first)
    hands[hand + TO] = sessions.endOf(first)
    hands[hand + NEXT] = sessions.startOrNever(first + 1)
    hands[hand + ROW] = into
    hands[hand + PLACE] = first
  }
  #created(sessions: KeySessions, keys: readonly Vector[], row: number, time: number): number {
    if (sessions.length === 0) this.#groups.load(this.#keyColumns, keys, row)
    else for (const column of this.#keyColumns) column.copy(sessions.rowOf(sessions.length - 1), PROBE)
    setSafe(this.#start, PROBE, time)
    return this.#groups.upsert()
  }
  #touch(sessions: KeySessions, at: number): void {
    for (const column of this.#table.keyColumns) column.copy(sessions.rowOf(at), PROBE)
    this.#table.upsertProbe()
    sessions.setTouched(at)
  }
  #renamed(row: number, start: number): number {
    for (const column of this.#keyColumns) column.copy(row, PROBE)
    setSafe(this.#start, PROBE, start)
    const made = this.#table.upsertProbe()
    for (const column of this.#table.valueColumns) column.move(row, made)
    this.#table.removeRow(row)
    return made
  }

  #noteSlot(row: number, slot: number): void {
    if (row >= this.#slotOfRow.length) this.#slotOfRow = copied(this.#slotOfRow, new Int32Array(2 * row))
    this.#slotOfRow[row] = slot
  }
  #putBack(slot: number, sessions: KeySessions): void {
    const hand = slot << HAND_BITS
    if (this.#hands[hand + ROW] !== 0) sessions.setEnd(this.#hands[hand + PLACE] as number, this.#hands[hand + TO] as number)
  }
  #leave(slot: number): void {
    this.#hands[(slot << HAND_BITS) + ROW] = 0
    this.#hands[(slot << HAND_BITS) + FROM] = Number.POSITIVE_INFINITY
  }
}

function copied<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
