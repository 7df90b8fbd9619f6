/** Files tell one story each. The limits are those of well-liked TypeScript trees; what stands above them stands in the list, with the reason. */
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../program-runner.ts'
import { sourceFiles } from './source-files.ts'

const LINES_MAX = 350
const exempt: Readonly<Record<string, string>> = {}
const files = [...sourceFiles('src'), ...sourceFiles('test')].map((path) => ({
  name: relative(root, path),
  text: readFileSync(path, 'utf8'),
}))

test(`no file is longer than ${LINES_MAX} lines`, () => {
  const long = files.filter(({ name, text }) => text.split('\n').length > LINES_MAX && exempt[name] === undefined)
  expect(long.map(({ name }) => name)).toEqual([])
})

test('an exemption is needed', () => {
  const needless = Object.keys(exempt).filter((name) => (files.find((one) => one.name === name)?.text.split('\n').length ?? 0) <= LINES_MAX)
  expect(needless).toEqual([])
})

test('names are nouns in kebab case, and say what is inside', () => {
  const wrong = files.filter(({ name }) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(property|fuzz|test|test-d))*\.ts$/.test(basename(name)))
  const empty = files.filter(
    ({ name }) => /(^|[/-])(utils?|helpers?|common|core|misc)([/.-]|$)/.test(name) && name !== 'src/api/session-core.ts',
  )
  expect([...wrong, ...empty].map(({ name }) => name)).toEqual([])
})

test('nothing is left for later, and no defect is a comment', () => {
  const marks = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X'].join(''))
  expect(files.filter(({ text }) => marks.test(text)).map(({ name }) => name)).toEqual([])
})
