/**
 * The generator: the executor that makes a fused function of the expressions of a stage, one for each shape of batches that comes (batch-shape.ts), with the
 * answers of the interpreter. Longs run on Float64 lanes while all of them are safe integers; a batch in which one is not runs again on BigInt64 lanes.
 *
 * Errors: generated code only finds out that a row raises. The batch is then given to the interpreter, which raises the first error in its own order and with
 * its own words; so equal errors need no second set of texts. Expressions are pure within an epoch, so running a batch twice is safe.
 *
 * What has no generated form (CannotGenerate) is interpreted, expression by expression.
 */
import type { Batch, Vector } from '../../data/vector.ts'
import type { BoundExpression } from '../../plan/expressions/bound-expression.ts'
import type { ContextSource, Executor, Projection } from './executor.ts'
import { generatorStatistics } from './generator-statistics.ts'
import { interpreter } from './interpreter.ts'
import { LoopCache } from './loop-cache.ts'
import { compileFilter, compileProject, filterCode, projectCode } from './loops.ts'
import { pathVector } from './paths.ts'
import { partsOf, refusal } from './projection-parts.ts'

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
