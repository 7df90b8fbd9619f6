/**
 * The generator: the executor that makes a fused function of the expressions of a stage, one for each shape of batches that comes (batch-shape.ts), with the
 * answers of the interpreter. Longs run on Float64 lanes while all of them are safe integers; a batch in which one is not runs again on BigInt64 lanes.
 *
 * Errors: generated code only finds out that a row raises. The batch is then given to the interpreter, which raises the first error in its own order and with
 * its own words; so equal errors need no second set of texts. Expressions are pure within an epoch, so running a batch twice is safe.
 *
 * What has no generated form (CannotGenerate) is interpreted, expression by expression.
 */
import { type TimeZone, timeZone } from '../../data/time-zone.ts'
import type { Batch, Vector } from '../../data/vector.ts'
import { assert } from '../../error.ts'
import { type BoundExpression, walkBound } from '../../plan/expressions/bound-expression.ts'
import { anyValidity, exactValidity, hasBigLanes, shapeKey, shapeOf, type VectorShape } from './batch-shape.ts'
import type { Lanes } from './emit/emission.ts'
import type { ContextSource, Executor, Projection } from './executor.ts'
import { CannotGenerate } from './generated-code.ts'
import { interpreter } from './interpreter.ts'
import type { EvaluationContext } from './kernel.ts'
import { laneOverflow } from './lane-signals.ts'
import { compileFilter, compileProject, filterCode, type LoopShape, projectCode } from './loops.ts'
import { pathVector } from './paths.ts'
import { partsOf, refusal } from './projection-parts.ts'

/** What the generator did in this process: tests hold that it ran, and that it never raised where the interpreter does not. */
export const generatorStatistics = { functions: 0, batches: 0, widened: 0, interpreted: 0, raised: 0, disagreements: 0 }

export const generated: Executor = {
  name: 'generated',
  columnar: true,
  projection(expressions, context) {
    const oracle = interpreter.projection(expressions, context)
    const parts = runners(expressions, context)
    return (batch, rows) => {
      try {
        const vectors = new Array<Vector>(expressions.length)
        for (const { indexes, project } of parts) {
          const made = project(batch, rows)
          for (let at = 0; at < indexes.length; at++) vectors[indexes[at] as number] = made[at] as Vector
        }
        return vectors
      } catch {
        return afterError(() => oracle(batch, rows))
      }
    }
  },
  filter(condition, context) {
    const oracle = interpreter.filter(condition, context)
    const loops = filterLoops(condition, context)
    return (batch) => {
      try {
        return loops === null ? oracle(batch) : loops(batch)
      } catch {
        return afterError(() => oracle(batch))
      }
    }
  },
}

/** The interpreter's error, or its answer: then the generator was wrong, which tests find in the statistics. */
function afterError<T>(oracle: () => T): T {
  generatorStatistics.raised++
  const answer = oracle()
  generatorStatistics.disagreements++
  return answer
}

interface Part {
  /** Where its vectors stand in the result. */
  readonly indexes: readonly number[]
  readonly project: Projection
}
function runners(expressions: readonly BoundExpression[], context: ContextSource): readonly Part[] {
  const at = (index: number): BoundExpression => expressions[index] as BoundExpression
  const { paths, groups, refused } = partsOf(expressions)
  return [
    ...paths.map((index): Part => ({ indexes: [index], project: (batch, rows) => [pathVector(batch, at(index), rows)] })),
    ...groups.map((indexes): Part => ({ indexes, project: projectLoops(indexes.map(at), context) })),
    ...refused.map(({ index }): Part => ({ indexes: [index], project: interpreter.projection([at(index)], context) })),
  ]
}

function projectLoops(expressions: readonly BoundExpression[], context: ContextSource): Projection {
  const loops = new LoopCache(expressions, context, (shape) => compileProject(projectCode(expressions, shape, context)))
  const oracle = interpreter.projection(expressions, context)
  return (batch, rows) => {
    const length = rows?.length ?? batch.length
    return (
      loops.run(batch, rows !== undefined, (loop, now, zone) => loop(batch.columns, length, now, zone, rows ?? null)) ?? oracle(batch, rows)
    )
  }
}
function filterLoops(condition: BoundExpression, context: ContextSource): ((batch: Batch) => Int32Array) | null {
  if (refusal(condition) !== null) return null
  const loops = new LoopCache([condition], context, (shape) => compileFilter(filterCode(condition, shape, context)))
  const oracle = interpreter.filter(condition, context)
  return (batch) => loops.run(batch, false, (loop, now, zone) => loop(batch.columns, batch.length, now, zone)) ?? oracle(batch)
}

/** From so many shapes on, bitmaps are looked for at run time; from so many on, new shapes are interpreted. */
const EXACT_SHAPES_MAX = 12
const SHAPES_MAX = 32
/** Batches that go to BigInt64 lanes at once after one that had to. */
const WIDE_BATCHES = 32

/** The functions of some expressions by the shapes that came. */
class LoopCache<F> {
  readonly #columns: readonly number[]
  readonly #context: ContextSource
  readonly #make: (shape: LoopShape) => F
  /** Null: there is none, and the interpreter runs. */
  readonly #loops = new Map<string, F | null>()
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
    const validity = this.#loops.size < EXACT_SHAPES_MAX ? exactValidity : anyValidity
    const lanes = wanted === 'bigint64' || this.#hasBigLanes(batch) ? 'bigint64' : 'float64'
    const fixedZone = zone.fixedMicros !== null
    let key = `${lanes}${fixedZone ? 'f' : 'r'}${selected ? 's' : ''}`
    for (const index of this.#columns) key += shapeKey(columnOf(batch, index), validity)
    const known = this.#loops.get(key)
    if (known !== undefined) return known
    const made = this.#loops.size < SHAPES_MAX ? this.#made(batch, { lanes, fixedZone, selected }, validity) : null
    this.#loops.set(key, made)
    return made
  }
  #made(batch: Batch, shape: Omit<LoopShape, 'columns'>, validity: typeof exactValidity): F | null {
    const columns = new Map<number, VectorShape>(this.#columns.map((index) => [index, shapeOf(columnOf(batch, index), validity)]))
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
