/**
 * Every TypeScript block of the README and of docs/ compiles and runs as a program. Words after `ts` say how: `lines` gives it lines on localhost:9999 and
 * interrupts it when it has shown a table with a count; `check` only compiles it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { compile, execute, root, serveLines } from '../program-runner.ts'

interface Block {
  readonly name: string
  readonly words: readonly string[]
  readonly source: string
}

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...markdownIn('docs')].filter((page) => existsSync(join(root, page)))
const blocks = [...pages.flatMap((page) => blocksOf(page, readFileSync(join(root, page), 'utf8'))), ...examplesOfSources()]

function markdownIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).flatMap((path) =>
    path.endsWith('.md') ? [join(folder, path)] : [],
  )
}

function blocksOf(page: string, text: string): Block[] {
  const found = [...text.matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```$/gm)]
  return found.map((match, index) => ({
    name: `${page.replace(/\W+/g, '-')}-${index + 1}`,
    words: (match[1] ?? '').trim().split(/\s+/),
    source: match[2] ?? '',
  }))
}

/** The `@example` blocks of TSDoc comments. */
function examplesOfSources(): Block[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return files.flatMap((file) => {
    const comments = [...readFileSync(join(root, 'src', file), 'utf8').matchAll(/\/\*\*[\s\S]*?\*\//g)].map((match) =>
      match[0].replace(/^\s*\* ?/gm, ''),
    )
    return comments.flatMap((comment, index) => blocksOf(`src-${file}-${index}`, comment))
  })
}

const TABLE = /\|\{20\d\d-[^|]*\|\s+\d+\|/

let pathOf: (name: string) => string
beforeAll(async () => {
  pathOf = await compile('blocks', blocks)
}, 120_000)

test.each(blocks.filter((one) => !one.words.includes('check')))('$name', async ({ name, words }) => {
  if (!words.includes('lines')) {
    const { code, output } = await execute(pathOf(name))
    expect(code, output).toBe(0)
    return
  }
  const server = await serveLines(9999)
  try {
    const { output } = await execute(pathOf(name), { until: TABLE })
    expect(output).toMatch(TABLE)
  } finally {
    server.close()
  }
})
