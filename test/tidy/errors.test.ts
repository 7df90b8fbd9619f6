/** Every error code is raised somewhere, and no code is raised that the table does not have (the compiler holds that). */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/error-codes.ts'
import { root } from '../program-runner.ts'
import { sourceFiles } from './source-files.ts'

test('every code is raised', () => {
  const text = sourceFiles('src')
    .filter((path) => !path.endsWith('.test.ts') && relative(root, path) !== 'src/error-codes.ts')
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  expect(Object.keys(errorCodes).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})
test('sentences are sentences', () => {
  const wrong = Object.entries(errorCodes).filter(([, { when, remedy }]) => !/^[A-Z].*\.$/.test(when) || !/^[A-Z].*\.$/.test(remedy))
  expect(wrong).toEqual([])
})
