/** Select and filter over random expressions: the engine against the naive model, and one cut of the input against another. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AliasNode, type Expression } from '../../src/plan/expressions/expression.ts'
import { FilterNode, ProjectNode, type Relation } from '../../src/plan/nodes/relation.ts'
import { anyKind, expression, tableKinds } from './expression-arbitraries.ts'
import { evaluate, ModelError, type Row, type Value } from './naive-model.ts'
import { normal, propertyOptions } from './property-options.ts'
import { outcomeOrCode, runScript, script } from './query-runner.ts'
import { epochs, scripted, tableSchema, times } from './table-arbitraries.ts'

const partitions = ['0', '1']

/** The rows that the model gives, or the codes of all errors that its rows raise: the engine may meet any of them first. */
function modelRows(rows: readonly Row[], condition: Expression, columns: readonly Expression[]): Value[][] | Set<string> {
  const result: Value[][] = []
  const codes = new Set<string>()
  for (const row of rows) {
    try {
      if (evaluate(condition, row, tableKinds) !== true) continue
      result.push(columns.map((column) => evaluate(column, row, tableKinds)))
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      codes.add(error.code)
    }
  }
  return codes.size > 0 ? codes : result
}

test('select and filter give what the model gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      epochs(times, partitions, { maxEpochs: 4, maxRows: 12 }),
      expression('boolean', 2),
      fc.array(
        anyKind.chain((kind) => expression(kind, 3)),
        { minLength: 1, maxLength: 4 },
      ),
      async (arrivals, condition, columns) => {
        const named = columns.map((column, index) => AliasNode.create(column, `c${index}`))
        const plan: Relation = ProjectNode.create({ input: FilterNode.create({ input: script, condition }), expressions: named })
        const source = { schema: tableSchema, partitions, epochs: scripted(arrivals) }
        const outcome = await outcomeOrCode(() => runScript(source, plan, 'append'))
        const inOrder = arrivals.flatMap((epoch) => partitions.flatMap((partition) => epoch.filter((one) => one.partition === partition)))
        const expected = modelRows(
          inOrder.map((one) => one.row),
          condition,
          columns,
        )
        if (expected instanceof Set) {
          expect(expected).toContain(outcome)
        } else {
          expect(typeof outcome === 'string' ? outcome : outcome.rows.map(normal)).toEqual(expected.map(normal))
        }
      },
    ),
    propertyOptions(500),
  )
})
