import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../program-runner.ts'

/** All TypeScript files of a folder of the repository, as absolute paths. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
    .map((path) => join(root, folder, path))
    .sort()
}
