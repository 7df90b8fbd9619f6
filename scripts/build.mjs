/**
 * Compiles src/ to dist/: JavaScript with declarations, module by module, no tests. Then the entry points are bundled into dist/bundle, with what they share in
 * chunks: that is what users import. Hundreds of small modules take several times as long to load as a few large ones.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
rmSync(join(root, 'dist'), { recursive: true, force: true })
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })

const entry = (path) => join(root, 'dist', path)
const bundle = await rolldown({
  input: { index: entry('index.js'), testing: entry('testing/index.js'), millrace: entry('cli/main.js') },
  platform: 'node',
  // What the package depends on stays outside.
  external: /^(?![./])/,
})
// Names stay as they are written: they stand in errors, and people read stack traces.
await bundle.write({ dir: join(root, 'dist/bundle'), format: 'esm', chunkFileNames: '[name].js', minify: false, keepNames: true })
for (const command of ['cli/main.js', 'bundle/millrace.js']) chmodSync(entry(command), 0o755)
