/**
 * Packs the package and looks at it as a user's machine does: publint and attw are content, nothing is in it that should not be, and in an empty folder the
 * tarball installs, imports quickly, runs the command, and runs the first program.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options })
const bin = (name) => join(root, 'node_modules/.bin', name)

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder]))
  const tarball = join(folder, packed.filename)
  console.log(`${packed.filename}: ${packed.files.length} files, ${packed.size} bytes packed`)
  const odd = packed.files
    .map((file) => file.path)
    .filter((path) => !/^(dist\/|README\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/.test(path) || /\.test\./.test(path))
  if (odd.length > 0) throw new Error(`The tarball holds ${odd.join(', ')}.`)
  console.log(run(bin('publint'), ['run', tarball, '--strict']))
  console.log(run(bin('attw'), [tarball, '--profile', 'esm-only']))

  const project = join(folder, 'project')
  run('mkdir', [project])
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: project })
  console.log(`millrace ${run(join(project, 'node_modules/.bin/millrace'), ['--version'], { cwd: project }).trim()}`)
  importTime(project)
  await firstProgram(project)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Median of five: `import 'millrace'` beside an empty module. */
function importTime(project) {
  writeFileSync(join(project, 'time.js'), "const from = performance.now(); await import('millrace'); console.log(performance.now() - from)")
  const times = Array.from({ length: 5 }, () => Number(run(process.execPath, ['time.js'], { cwd: project }))).sort((a, b) => a - b)
  console.log(`import 'millrace': ${times[2].toFixed(1)} ms (median of five)`)
}

/** The README's first program, compiled by nobody: types are stripped by taking the code as it is, since it has none. */
async function firstProgram(project) {
  const block = /```ts lines\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))
  writeFileSync(join(project, 'first.js'), block[1])
  const server = createServer((socket) => {
    const timer = setInterval(() => socket.write('a line\n'.repeat(5)), 50)
    socket.on('close', () => clearInterval(timer))
    socket.on('error', () => undefined)
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(9999, '127.0.0.1', resolve))
  const child = spawn(process.execPath, ['first.js'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await new Promise((resolve, reject) => {
      let output = ''
      const timer = setTimeout(() => reject(new Error(`The first program showed no table in 20 s, but:\n${output}`)), 20_000)
      child.stdout.on('data', (chunk) => {
        output += chunk
        if (!/\|\{20\d\d-[^|]*\|\s+\d+\|/.test(output)) return
        clearTimeout(timer)
        console.log(output)
        resolve()
      })
      child.on('close', (code) => reject(new Error(`The first program ended with ${code}:\n${output}`)))
    })
  } finally {
    child.removeAllListeners('close')
    child.kill('SIGKILL')
    server.close()
  }
}
