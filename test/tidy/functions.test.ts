/** A function of the language is one signature, one kernel and one entry of the API. */
import { expect, test } from 'vitest'
import { ColumnExpression } from '../../src/api/column.ts'
import * as api from '../../src/api/functions.ts'
import { aggregateKernels, randomKernels, scalarKernels } from '../../src/engine/compile/kernels/index.ts'
import { functionSignatures } from '../../src/plan/functions/registry.ts'

const named = (kind: string): string[] =>
  functionSignatures
    .filter((one) => one.kind === kind)
    .map((one) => one.name)
    .sort()

test('signatures and kernels are the same list', () => {
  expect(Object.keys(scalarKernels).sort()).toEqual(named('scalar'))
  expect(Object.keys(randomKernels).sort()).toEqual(named('random'))
  expect(Object.keys(aggregateKernels).sort()).toEqual(named('aggregate'))
})

test('no name or alias stands twice', () => {
  const names = functionSignatures.flatMap((one) => [one.name, ...(one.aliases ?? [])])
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

/** Functions that users reach as methods of columns, or whose entry has another name than Spark's in camel case. */
const methods = ['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '<=>', 'and', 'or', 'in', 'cast', 'try_cast', 'get_field']
const renamed: Readonly<Record<string, string>> = {
  if: 'iff',
  named_struct: 'struct',
  date_add: 'dateAdd',
  date_sub: 'dateSub',
  date_trunc: 'dateTrunc',
}
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

test('every function has an entry in the API', () => {
  const missing = functionSignatures
    .map((one) => one.name)
    .filter((name) => !methods.includes(name))
    .filter((name) => typeof (api as Record<string, unknown>)[renamed[name] ?? camel(name)] !== 'function')
  expect(missing).toEqual([])
})

test('every operator is a method of columns', () => {
  const column = api.col('a') as unknown as ColumnExpression
  expect(column).toBeInstanceOf(ColumnExpression)
  for (const method of [
    'add',
    'sub',
    'mul',
    'div',
    'mod',
    'eq',
    'neq',
    'lt',
    'le',
    'gt',
    'ge',
    'eqNullSafe',
    'and',
    'or',
    'isIn',
    'cast',
    'tryCast',
    'field',
  ])
    expect(typeof (column as unknown as Record<string, unknown>)[method], method).toBe('function')
})
