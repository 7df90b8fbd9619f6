/** Kafka's jars from Maven Central, kept in .cache/kafka: first from Maven's own store, which needs no network, then over it, with patience. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, '../..')
const JAVA_MIN = 17
const ATTEMPTS = 3

/** Why this machine cannot run Kafka, or null if it can. */
export function javaProblem() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const major = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0)
  if (major < JAVA_MIN) return `Kafka needs Java ${JAVA_MIN} or later, and there is ${major === 0 ? 'none' : `Java ${major}`}.`
  if (!existsSync(libs()) && spawnSync('mvn', ['-version']).status !== 0) return 'Kafka comes from Maven, and there is no mvn.'
  return null
}

/** The folder of the jars; brings them if they are not there. */
export function findJars() {
  const folder = libs()
  if (existsSync(folder)) return folder
  const problem = javaProblem()
  if (problem !== null) throw new Error(problem)
  const partial = `${folder}-${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    const copy = [
      '-q',
      '-B',
      '-f',
      join(here, 'pom.xml'),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${partial}`,
    ]
    let result = spawnSync('mvn', ['-o', ...copy], { encoding: 'utf8' })
    for (let attempt = 1; attempt <= ATTEMPTS && result.status !== 0; attempt++) result = spawnSync('mvn', copy, { encoding: 'utf8' })
    if (result.status !== 0) throw new Error(`Maven did not bring Kafka's jars:\n${result.stdout}${result.stderr}`)
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return folder
}

function libs() {
  const version = /<kafka.version>(.*)<\/kafka.version>/.exec(readFileSync(join(here, 'pom.xml'), 'utf8'))[1]
  return join(root, '.cache/kafka', `libs-${version}`)
}
