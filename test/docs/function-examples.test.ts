/** The examples in the table of functions are what the engine answers. */
import { expect, test } from 'vitest'
import { stringType } from '../../src/data/data-type.ts'
import { datumRows } from '../../src/data/vector-builder.ts'
import { createEmbeddedBackend } from '../../src/engine/backend.ts'
import { realIo } from '../../src/io/real.ts'
import { Catalog } from '../../src/plan/contracts/catalog.ts'
import { AliasNode, CastNode } from '../../src/plan/expressions/expression.ts'
import { functionSignatures } from '../../src/plan/functions/registry.ts'
import { ProjectNode } from '../../src/plan/nodes/relation.ts'
import { oneRow } from '../differential/engine.ts'
import { parseSql } from '../differential/sql-parser.ts'

const backend = createEmbeddedBackend({ catalog: new Catalog(), io: realIo })
const examples = functionSignatures.flatMap((one) => (one.examples ?? []).map((example) => ({ ...example, name: one.name })))

test('most functions have examples', () => {
  expect(new Set(examples.map((one) => one.name)).size).toBeGreaterThan(50)
})

test.each(examples)('$call is $result', async ({ call, result }) => {
  // The parser of the tests has no decimals.
  const expression = parseSql(call.replace(/(\d\.\d+)/g, '$1D').replace(/:(\d\d\.\d+)D/g, ':$1'), 'UTC')
  const plan = ProjectNode.create({ input: oneRow, expressions: [AliasNode.create(CastNode.create(expression, stringType), 'x')] })
  const batches = await backend.collect(plan, { 'spark.sql.session.timeZone': 'UTC' })
  expect(batches.flatMap(datumRows)[0]?.[0] ?? 'NULL').toBe(result)
})
