/**
 * Which windows hold a time, by lanes. A pane is a span of times that are in the same windows; it is looked up only when a row leaves the pane of the row
 * before. Exact for all times that `fits` admits, which leave room for every sum that is made of them; the rest is for time/windows.ts.
 */
import type { WindowSpec } from '../../time/windows.ts'

export interface WindowTable {
  readonly start: number
  readonly end: number
  /** Windows that follow each other have numbers that do. */
  readonly number: number
  /** Its number in the state; 0: not known. */
  id: number
  /** Whether all state rows of the window were made by whom the panes are for. */
  isAppending: boolean
}
export interface Pane {
  /** The times [low, high). */
  readonly low: number
  readonly high: number
  /** Windows at or below the late watermark, the earliest first, and those after them. */
  readonly late: readonly WindowTable[]
  readonly open: readonly WindowTable[]
  /** Where the window is the only key: the state rows of the open windows, once they are known. */
  rows: Int32Array | null
  /** The same where there is one window, and it is open; else, and until then, -1. */
  only: number
}

const RING = 64
const RING_MASK = RING - 1
const NO_PANE: Pane = { low: Number.NaN, high: Number.NaN, late: [], open: [], rows: null, only: -1 }

export class WindowPanes {
  readonly #size: number
  readonly #slide: number
  /** Where windows start, from 0 to the slide. */
  readonly #offset: number
  /** Times from here to the end of a slide are in one window fewer; 0: all are in as many. */
  readonly #cut: number
  readonly #timeMax: number
  #lateUpTo: bigint | null = null
  #windows = new Map<number, WindowTable>()
  /** The panes looked up last, by their place in time. */
  readonly #ring: Pane[] = new Array<Pane>(RING).fill(NO_PANE)

  constructor({ sizeMicros, slideMicros, startMicros }: WindowSpec) {
    this.#size = Number(sizeMicros)
    this.#slide = Number(slideMicros)
    this.#offset = Number(((startMicros % slideMicros) + slideMicros) % slideMicros)
    this.#cut = Number(sizeMicros % slideMicros)
    this.#timeMax = Number.MAX_SAFE_INTEGER - 4 * this.#size
  }

  /** Windows that end at or before `lateUpTo` are late; null: none is. What `pane` gave before is not to be used any more. */
  clear(lateUpTo: bigint | null): void {
    this.#lateUpTo = lateUpTo
    if (this.#windows.size > 0) this.#windows = new Map()
    this.#ring.fill(NO_PANE)
  }

  /** Whether the lane's times, which are not null, can be looked up. */
  fits(values: Float64Array): boolean {
    const max = this.#timeMax
    for (let row = 0; row < values.length; row++) {
      const value = values[row] as number
      if (!(value <= max && value >= -max)) return false
    }
    return true
  }

  paneOf(time: number): Pane {
    const slide = this.#slide
    const since = time - this.#offset
    // The quotient is rounded, upwards at worst to a whole number that is one too high.
    let index = Math.floor(since / slide)
    if (index * slide > since) index--
    const start = index * slide + this.#offset
    const cut = this.#cut !== 0 && time >= start + this.#cut ? 1 : 0
    const place = (2 * index + cut) & RING_MASK
    const pane = this.#ring[place] as Pane
    if (pane.low === (cut === 1 ? start + this.#cut : start)) return pane
    return this.#open(place, start, cut)
  }

  #open(place: number, start: number, cut: number): Pane {
    const low = cut === 1 ? start + this.#cut : start
    const high = cut === 0 && this.#cut !== 0 ? start + this.#cut : start + this.#slide
    const late: WindowTable[] = []
    const open: WindowTable[] = []
    let first = start
    while (first - this.#slide + this.#size > low) first -= this.#slide
    for (let at = first; at <= start; at += this.#slide) {
      const table = this.#window(at)
      if (this.#lateUpTo !== null && table.end <= this.#lateUpTo) late.push(table)
      else open.push(table)
    }
    const pane: Pane = { low, high, late, open, rows: null, only: -1 }
    this.#ring[place] = pane
    return pane
  }
  #window(start: number): WindowTable {
    let table = this.#windows.get(start)
    if (table === undefined) {
      table = { start, end: start + this.#size, number: Math.round((start - this.#offset) / this.#slide), id: 0, isAppending: false }
      this.#windows.set(start, table)
    }
    return table
  }
}
