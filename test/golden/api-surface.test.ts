/** The public surface as declarations: a change of this file is a change of the API. `npx vitest run test/golden/api -u` after `npm run build` writes it anew. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import * as millrace from '../../src/index.ts'
import * as testing from '../../src/testing/index.ts'
import { root } from '../program-runner.ts'

const declarations = (path: string): string => readFileSync(path, 'utf8')

/** The files that the entry points re-export from, declarations without comments. */
function surface(entry: string): string {
  const path = join(root, 'dist', entry)
  const files = [...declarations(path).matchAll(/from '([^']+)'/g)].map((match) =>
    join(dirname(path), (match[1] ?? '').replace(/\.[jt]s$/, '.d.ts')),
  )
  return [path, ...files]
    .map(
      (file) =>
        `── ${file.slice(root.length + 6)}\n${declarations(file)
          .replace(/\/\*[\s\S]*?\*\//g, '')
          .replace(/^\s*\n/gm, '')}`,
    )
    .join('\n')
}

test('values', async () => {
  await expect(
    `millrace: ${Object.keys(millrace).sort().join(', ')}\n\nmillrace/testing: ${Object.keys(testing).sort().join(', ')}\n`,
  ).toMatchFileSnapshot('api/values.txt')
})
test.each(['index.d.ts', 'testing/index.d.ts'])('%s', async (entry) => {
  await expect(surface(entry)).toMatchFileSnapshot(`api/${entry.replace('/', '-')}.txt`)
})
