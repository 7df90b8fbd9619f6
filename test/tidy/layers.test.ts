/** The house: which folder may import which. A file imports its own folder and lower layers only; the laws of single folders stand below. */
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../program-runner.ts'
import { sourceFiles } from './source-files.ts'

/** Tests may look at more than what they test. */
const shippedFiles = (folder: string): string[] => sourceFiles(folder).filter((path) => !path.endsWith('.test.ts'))

/** What each folder of src/ may import beside itself and error.ts. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  error: [],
  'error-codes': [],
  io: [],
  data: [],
  plan: ['data', 'io'],
  api: ['data', 'plan', 'io'],
  engine: ['data', 'plan', 'io'],
  connectors: ['data', 'plan', 'io', 'kafka'],
  kafka: ['data', 'io'],
  composition: ['data', 'plan', 'io', 'api', 'engine', 'connectors'],
  index: ['data', 'plan', 'io', 'api', 'composition'],
  testing: ['data', 'plan', 'io', 'kafka', 'api', 'engine', 'connectors', 'composition'],
  cli: ['data', 'plan', 'io', 'kafka', 'api', 'engine', 'composition', 'connectors'],
}

const roomOf = (path: string): string => relative(join(root, 'src'), path).split('/')[0]?.replace(/\.ts$/, '') ?? ''

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/^(?:import|export)\s[^'"]*?from '([^']+)'/gms), ...text.matchAll(/\bimport\('([^']+)'\)/g)].map(
    (match) => match[1] ?? '',
  )
}

describe('layers', () => {
  test('a file imports its own folder and lower layers only', () => {
    const wrong = shippedFiles('src').flatMap((path) =>
      importsOf(path)
        .filter((one) => one.startsWith('.'))
        .map((one) => roomOf(join(dirname(path), one)))
        .filter(
          (room) =>
            room !== roomOf(path) &&
            room !== 'error' &&
            room !== 'error-codes' &&
            !(room === 'testing' && path.endsWith('.test.ts')) &&
            !mayImport[roomOf(path)]?.includes(room),
        )
        .map((room) => `${relative(root, path)} imports ${room}`),
    )
    expect(wrong).toEqual([])
  })

  test('every folder of src has a law', () => {
    expect([...new Set(shippedFiles('src').map(roomOf))].filter((room) => mayImport[room] === undefined)).toEqual([])
  })

  test('a connector does not know another, but for lines, signal and memory', () => {
    const shared = ['lines', 'signal']
    const wrong = shippedFiles('src/connectors').flatMap((path) => {
      const own = relative(join(root, 'src/connectors'), path).split('/')[0]
      return importsOf(path)
        .filter((one) => /^\.\.\/[a-z-]+\//.test(one))
        .map((one) => one.split('/')[1] ?? '')
        .filter((other) => other !== own && !shared.includes(other))
        .map((other) => `${relative(root, path)} imports ${other}`)
    })
    expect(wrong).toEqual([])
  })

  test('disk, sockets, clock and chance stand in io alone', () => {
    const doors =
      /\bfrom 'node:(fs|fs\/promises|net|tls|http|https|dgram|crypto|timers|timers\/promises|child_process|worker_threads)'|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bsetInterval\(/
    const allowed = /^src\/(io|testing)\//
    const wrong = shippedFiles('src').filter((path) => {
      const name = relative(root, path)
      return !allowed.test(name) && doors.test(withoutComments(readFileSync(path, 'utf8')))
    })
    expect(wrong.map((path) => relative(root, path))).toEqual([])
  })

  test('kafka/protocol does no I/O: it imports its own files, the compression of Node and optional packages only', () => {
    const wrong = shippedFiles('src/kafka/protocol').flatMap((path) =>
      importsOf(path)
        .filter((one) => (one.startsWith('.') ? !ownOrError(join(dirname(path), one)) : one !== 'node:zlib'))
        .map((one) => `${relative(root, path)} imports ${one}`),
    )
    expect(wrong).toEqual([])
  })

  test('text becomes code in one file', () => {
    const makers = shippedFiles('src').filter((path) => /new Function\(|\beval\(/.test(readFileSync(path, 'utf8')))
    expect(makers.map((path) => relative(root, path))).toEqual(['src/engine/compile/generated-code.ts'])
  })
})

const ownOrError = (path: string): boolean => /^src\/(kafka\/protocol\/|error\.ts$)/.test(relative(root, path))

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
