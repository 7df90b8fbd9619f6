/**
 * The words of the compiler for each mistake of mistakes.test-d.ts: they are part of the interface. A change of messages.txt is a change of what users read;
 * `npx vitest run test/types -u` writes it anew.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../program-runner.ts'

const folder = join(root, '.test-results', 'messages')
const MARK = /^\s*\/\/ @ts-expect-error ?(.*)$/

test('the messages of mistakes', async () => {
  const source = readFileSync(join(root, 'test/types/mistakes.test-d.ts'), 'utf8').replace(/from '\.\.\//g, "from '../../test/")
  const lines = source.split('\n')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'mistakes.ts'), lines.map((line) => (MARK.test(line) ? '' : line)).join('\n'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['mistakes.ts'], compilerOptions: { noEmit: true, incremental: false } }),
  )
  const output = await new Promise<string>((resolve) =>
    execFile(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'],
      { cwd: folder, maxBuffer: 1 << 26 },
      (_, stdout) => resolve(stdout),
    ),
  )
  const found = [...output.matchAll(/^mistakes\.ts\((\d+),\d+\): error (TS\d+): (.*(?:\n +.*)*)/gm)]
  const texts = found.map(
    ([, line, code, message]) => `${lines[Number(line) - 1]?.trim()}\n  ${code}: ${message?.replace(/\n/g, '\n  ')}\n`,
  )
  expect(output.replace(/^(?:mistakes\.ts\(| ).*\n/gm, '')).toBe('')
  await expect(texts.join('\n')).toMatchFileSnapshot('messages.txt')
  expect(texts.length).toBeGreaterThanOrEqual(lines.filter((line) => MARK.test(line)).length)
}, 120_000)
