/**
 * From the rows of a batch to rows of the state table, where one key is a window of a time: the windows are never made as a column, and rows that are in
 * several windows are not multiplied, but give an entry for each.
 */
import type { DataType } from '../../../data/data-type.ts'
import type { Vector } from '../../../data/vector.ts'
import type { StateColumn } from '../../state/state-column.ts'
import { NO_ROW } from '../../state/state-table.ts'
import type { WindowSpec } from '../../time/windows.ts'
import { CODES_MAX, type GroupRows, lane } from './group-rows.ts'
import { KeyCodes } from './key-codes.ts'
import { KeyExamples, NO_CODE } from './key-examples.ts'
import { WindowKey } from './key-load.ts'
import type { Entries } from './lane-aggregates.ts'
import { type Pane, WindowPanes, type WindowTable } from './window-panes.ts'
import { WindowRing } from './window-ring.ts'

/** Entries made at once: a batch of long windows with a short slide is mapped in parts. */
const ENTRIES_MAX = 1 << 16
/**
 * Rows mapped at once. The optimiser compiles what is called often, and knows all of it then; of a loop that runs long at once it compiles what it has seen, and
 * has to do so again at each end and turn. With whole batches that took more time than the work.
 */
const ROWS_MAX = 1024
const NO_WINDOWS: readonly WindowTable[] = []
const NO_ROWS: Int32Array = new Int32Array(0)

export type OnLate = (row: number, window: WindowTable) => void

export class WindowRows {
  readonly #groups: GroupRows
  readonly #codes: KeyCodes
  readonly #keyColumns: readonly StateColumn[]
  readonly #window: WindowKey
  readonly #panes: WindowPanes
  readonly #ring: WindowRing
  readonly #examples: KeyExamples
  readonly #windowsMax: number
  #lateUpTo: bigint | null = null
  #keys: readonly Vector[] = []
  #lane: Int32Array = new Int32Array(0)
  #rows: Int32Array = new Int32Array(0)
  #at: Int32Array = new Int32Array(0)
  /** Of the rows that the appender gave out: how many are used, and their codes and windows. */
  #used = 0
  #usedCodes: Int32Array = new Int32Array(0)
  #usedWindows: Int32Array = new Int32Array(0)

  /** `types`: of all keys, in order; `position`: where the window is among them. */
  constructor(groups: GroupRows, types: readonly DataType[], position: number, spec: WindowSpec) {
    this.#groups = groups
    const { keyColumns } = groups.table
    this.#codes = new KeyCodes(types.filter((_, index) => index !== position))
    this.#keyColumns = keyColumns.filter((_, index) => index !== position)
    this.#window = new WindowKey(keyColumns[position] as StateColumn)
    this.#examples = new KeyExamples(this.#keyColumns)
    this.#panes = new WindowPanes(spec)
    this.#windowsMax = Number((spec.sizeMicros + spec.slideMicros - 1n) / spec.slideMicros)
    this.#ring = new WindowRing(this.#windowsMax)
  }

  begin(lateUpTo: bigint | null): void {
    this.#lateUpTo = lateUpTo
    this.clear()
  }
  /** Forgets the rows: some may have been removed. */
  clear(): void {
    this.#ring.clear()
    this.#examples.clear()
    this.#panes.clear(this.#lateUpTo)
  }
  fits(times: Float64Array): boolean {
    return this.#panes.fits(times)
  }

  /** Readies a batch: its keys but for the window. */
  open(keys: readonly Vector[], length: number): void {
    if (this.#codes.max > CODES_MAX || !this.#ring.hasRoom(this.#codes.max)) {
      this.clear()
      this.#codes.clear()
    }
    this.#keys = keys
    this.#lane = this.#codes.code(keys, length)
    this.#examples.fit(this.#codes.max)
    this.#ring.fit(this.#codes.max)
  }
  /** How many rows may be mapped at once. */
  get rowsMax(): number {
    return Math.max(1, Math.min(ROWS_MAX, Math.floor(ENTRIES_MAX / this.#windowsMax)))
  }

  /** The entries of the rows [from, to), in the order of rows, then of windows. Late ones are told and left out. */
  map(times: Float64Array, from: number, to: number, onLate: OnLate): Entries {
    const entriesMax = (to - from) * this.#windowsMax
    this.#rows = lane(this.#rows, entriesMax)
    this.#at = lane(this.#at, entriesMax)
    return this.#keyColumns.length === 0 ? this.#mapWindows(times, from, to, onLate) : this.#mapKeys(times, from, to, onLate)
  }

  #mapKeys(times: Float64Array, from: number, to: number, onLate: OnLate): Entries {
    const rows = this.#rows
    const at = this.#at
    const codes = this.#lane
    const examples = this.#examples
    const { appender } = this.#groups.table
    const { cells, latest, size, bits } = this.#ring
    const mask = size - 1
    let [low, high] = [Number.NaN, Number.NaN]
    let open = NO_WINDOWS
    let late = NO_WINDOWS
    // The numbers of the first and last open window.
    let [first, last] = [0, 0]
    let firstCell = 0
    let isWhole = from === 0
    let count = 0
    for (let row = from; row < to; row++) {
      const time = times[row] as number
      if (!(time >= low && time < high)) {
        const pane = this.#panes.paneOf(time)
        low = pane.low
        high = pane.high
        open = pane.open
        late = pane.late
        first = open.length === 0 ? 0 : (open[0] as WindowTable).number
        last = first + open.length - 1
        firstCell = first & mask
      }
      if (late.length > 0) {
        isWhole = false
        for (const window of late) onLate(row, window)
      }
      if (open.length === 0) continue
      const code = codes[row] as number
      const seen = latest[code] as number
      if (last > seen) this.#ring.advance(code, last)
      const base = code << bits
      const isBehind = first <= seen - size
      for (let index = 0; index < open.length; index++) {
        const cell = base | ((firstCell + index) & mask)
        let found = isBehind ? 0 : (cells[cell] as number)
        if (found === 0) {
          const window = open[index] as WindowTable
          if (!isBehind && window.isAppending && examples.knownAs(code) === code && appender.isAppending(window.id)) {
            if (this.#used === appender.leased) this.#lease()
            found = appender.rows[this.#used] as number
            this.#usedCodes[this.#used] = code
            this.#usedWindows[this.#used++] = window.id
            cells[cell] = found
          } else {
            if (appender.leased > 0) this.#make()
            found = this.#miss(row, window, code)
          }
        }
        rows[count] = found
        at[count++] = row
      }
    }
    if (appender.leased > 0) this.#make()
    return { count, rows, at: isWhole && count === to ? null : at }
  }
  #lease(): void {
    this.#make()
    const { appender } = this.#groups.table
    appender.lease()
    this.#usedCodes = lane(this.#usedCodes, appender.leased)
    this.#usedWindows = lane(this.#usedWindows, appender.leased)
  }
  /** Makes the rows that are used, all of keys that have none in their windows. To be called before anything is looked for. */
  #make(): void {
    const { appender } = this.#groups.table
    const { rows } = appender
    const used = this.#used
    this.#used = 0
    this.#examples.write(this.#usedCodes, rows, used)
    appender.make(used, this.#usedWindows)
    this.#groups.init(rows, used)
  }

  /**
   * The window is the only key, and each time so far is in one window that is not late, as with windows that do not overlap. The loop is this small so that it is
   * compiled once; whatever else comes is for #mapPanes.
   */
  #mapWindows(times: Float64Array, from: number, to: number, onLate: OnLate): Entries {
    const rows = this.#rows
    let low = Number.NaN
    let high = Number.NaN
    let only = -1
    for (let row = from; row < to; row++) {
      const time = times[row] as number
      if (!(time >= low && time < high)) {
        const pane = this.#panes.paneOf(time)
        only = pane.only >= 0 ? pane.only : this.#openOnly(pane, row)
        if (only < 0) return this.#mapPanes(times, from, row, to, onLate)
        low = pane.low
        high = pane.high
      }
      rows[row - from] = only
    }
    if (from > 0) this.#pairUp(from, to)
    return { count: to - from, rows, at: from === 0 ? null : this.#at }
  }

  /** Entry and row in step. */
  #pairUp(from: number, to: number): void {
    const at = this.#at
    for (let row = from; row < to; row++) at[row - from] = row
  }

  /** The state row of a pane that is one window and not late, else -1. */
  #openOnly(pane: Pane, row: number): number {
    if (pane.open.length === 1 && pane.late.length === 0) pane.only = this.#rowOf(row, pane.open[0] as WindowTable)
    return pane.only
  }

  /**
   * A pane is a few state rows; the entries up to `mapped` are there. No function is made here: one that knows `row` would cost an object a row.
   */
  #mapPanes(times: Float64Array, from: number, mapped: number, to: number, onLate: OnLate): Entries {
    const rows = this.#rows
    const at = this.#at
    let low = Number.NaN
    let high = Number.NaN
    let open = NO_ROWS
    let late = NO_WINDOWS
    let isWhole = from === 0
    let count = mapped - from
    this.#pairUp(from, mapped)
    for (let row = mapped; row < to; row++) {
      const time = times[row] as number
      if (!(time >= low && time < high)) {
        const pane = this.#panes.paneOf(time)
        low = pane.low
        high = pane.high
        late = pane.late
        open = pane.rows ?? this.#openPane(pane, row)
      }
      if (late.length > 0) {
        isWhole = false
        for (const window of late) onLate(row, window)
      }
      for (let index = 0; index < open.length; index++) {
        rows[count] = open[index] as number
        at[count++] = row
      }
    }
    return { count, rows, at: isWhole && count === to ? null : at }
  }

  #openPane(pane: Pane, row: number): Int32Array {
    const rows = Int32Array.from(pane.open, (window) => this.#rowOf(row, window))
    pane.rows = rows
    return rows
  }

  /** The row of a window alone, whose code is 0. */
  #rowOf(row: number, window: WindowTable): number {
    const found = this.#ring.get(0, window.number)
    return found > 0 ? found : this.#miss(row, window, 0)
  }
  /** Of a row and a window that have no cell, or an empty one. */
  #miss(row: number, window: WindowTable, code: number): number {
    const ring = this.#ring
    const examples = this.#examples
    const isKnown = examples.load(code)
    // The code under which all rows of the keys are known.
    let first = isKnown ? examples.firstOf(code) : code
    if (!isKnown) {
      this.#groups.load(this.#keyColumns, this.#keys, row)
      const other = examples.find()
      if (other !== NO_CODE) {
        first = other
        examples.follow(code, first)
      }
    }
    const known = ring.get(first, window.number)
    const found = known > 0 ? known : this.#rowOfProbe(window, known === 0)
    if (!isKnown && first === code) examples.add(code, found)
    if (known === 0) ring.set(first, window.number, found)
    if (first !== code && ring.get(code, window.number) === 0) ring.set(code, window.number, found)
    return found
  }
  /** The row of the window for the keys in the probe. `isNew`: if all rows of the window were made here, it has none for them. */
  #rowOfProbe(window: WindowTable, isNew: boolean): number {
    if (window.id > 0) {
      this.#window.point(window.id)
      if (isNew && window.isAppending) {
        const made = this.#groups.append()
        if (made !== NO_ROW) return made
        window.isAppending = false
      }
      return this.#groups.upsert()
    }
    window.id = this.#window.set(window.start, window.end)
    window.isAppending = this.#window.isSectionOf(this.#groups.table) && this.#groups.table.appender.canAppend(window.id)
    return this.#rowOfProbe(window, isNew)
  }
}
