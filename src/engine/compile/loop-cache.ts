/** The generated functions of some expressions, by the shapes of the batches that came. */
import { type TimeZone, timeZone } from '../../data/time-zone.ts'
import type { Batch, Vector } from '../../data/vector.ts'
import { assert } from '../../error.ts'
import { type BoundExpression, walkBound } from '../../plan/expressions/bound-expression.ts'
import { anyValidity, exactValidity, hasBigLanes, shapeKey, shapeOf, type VectorShape } from './batch-shape.ts'
import type { Lanes } from './emit/emission.ts'
import type { ContextSource } from './executor.ts'
import { CannotGenerate } from './generated-code.ts'
import { generatorStatistics, generatorTuning } from './generator-statistics.ts'
import type { EvaluationContext } from './kernel.ts'
import { laneOverflow } from './lane-signals.ts'
import type { LoopShape } from './loops.ts'

/** From so many shapes on, new ones are interpreted. */
const SHAPES_MAX = 32
/** Batches that go to BigInt64 lanes at once after one that had to. */
const WIDE_BATCHES = 32

export class LoopCache<F> {
  readonly #columns: readonly number[]
  readonly #context: ContextSource
  readonly #make: (shape: LoopShape) => F
  /** Null: there is none, and the interpreter runs. */
  readonly #loops = new Map<string, F | null>()
  /** The shape in which each column came first, and the columns that came in another since: those may have nulls or not from batch to batch. */
  readonly #firstShapes = new Map<number, string>()
  readonly #changing = new Set<number>()
  #rowsInterpreted = 0
  #wideLeft = 0

  constructor(expressions: readonly BoundExpression[], context: ContextSource, make: (shape: LoopShape) => F) {
    const columns = new Set<number>()
    for (const expression of expressions) for (const one of walkBound(expression)) if (one.kind === 'BoundColumn') columns.add(one.index)
    this.#columns = [...columns]
    this.#context = context
    this.#make = make
  }

  /** Null where the batch has no function. */
  run<R>(batch: Batch, selected: boolean, call: (loop: F, context: EvaluationContext, zone: TimeZone) => R): R | null {
    if (this.#rowsInterpreted < generatorTuning.interpretedRows) {
      this.#rowsInterpreted += batch.length
      if (this.#rowsInterpreted < generatorTuning.interpretedRows) return null
    }
    const now = this.#context()
    const zone = timeZone(now.timeZone)
    const wide = this.#wideLeft > 0
    if (wide) this.#wideLeft--
    const first = this.#loop(batch, selected, zone, wide ? 'bigint64' : 'float64')
    if (first === null) return counted('interpreted', null)
    try {
      return counted('batches', call(first, now, zone))
    } catch (error) {
      if (error !== laneOverflow) throw error
      this.#wideLeft = WIDE_BATCHES
      generatorStatistics.widened++
      const second = this.#loop(batch, selected, zone, 'bigint64')
      return second === null ? counted('interpreted', null) : counted('batches', call(second, now, zone))
    }
  }

  #loop(batch: Batch, selected: boolean, zone: TimeZone, wanted: Lanes): F | null {
    const lanes = wanted === 'bigint64' || this.#hasBigLanes(batch) ? 'bigint64' : 'float64'
    const fixedZone = zone.fixedMicros !== null
    let key = `${lanes}${fixedZone ? 'f' : 'r'}${selected ? 's' : ''}`
    for (const index of this.#columns) key += this.#columnKey(index, columnOf(batch, index))
    const known = this.#loops.get(key)
    if (known !== undefined) return known
    const made = this.#loops.size < SHAPES_MAX ? this.#made(batch, { lanes, fixedZone, selected }) : null
    this.#loops.set(key, made)
    return made
  }
  #columnKey(index: number, column: Vector): string {
    const key = shapeKey(column, exactValidity)
    const first = this.#firstShapes.get(index)
    if (first === undefined) this.#firstShapes.set(index, key)
    else if (first !== key) this.#changing.add(index)
    return this.#changing.has(index) ? shapeKey(column, anyValidity) : key
  }
  #validity(index: number): typeof exactValidity {
    return this.#changing.has(index) ? anyValidity : exactValidity
  }
  #made(batch: Batch, shape: Omit<LoopShape, 'columns'>): F | null {
    const columns = new Map<number, VectorShape>(
      this.#columns.map((index) => [index, shapeOf(columnOf(batch, index), this.#validity(index))]),
    )
    for (const lanes of new Set<Lanes>([shape.lanes, 'bigint64'])) {
      try {
        const loop = this.#make({ ...shape, lanes, columns })
        generatorStatistics.functions++
        return loop
      } catch (error) {
        if (!(error instanceof CannotGenerate)) throw error
      }
    }
    return null
  }
  #hasBigLanes(batch: Batch): boolean {
    return this.#columns.some((index) => {
      const column = columnOf(batch, index)
      if (column.kind === 'struct') return hasBigLanes(shapeOf(column, exactValidity))
      return (column.kind === 'long' || column.kind === 'timestamp') && column.values instanceof BigInt64Array
    })
  }
}

function counted<R>(what: 'batches' | 'interpreted', result: R): R {
  generatorStatistics[what]++
  return result
}
function columnOf(batch: Batch, index: number): Vector {
  const column = batch.columns[index]
  assert(column !== undefined, `a batch of ${batch.columns.length} columns has no column ${index}`)
  return column
}
