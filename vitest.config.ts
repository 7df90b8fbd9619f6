import { defineConfig, type Plugin } from 'vitest/config'
import { mutated } from './test/crash/mutations.ts'

export default defineConfig({
  plugins: [mutant(process.env['MILLRACE_MUTANT'])],
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000 * Math.max(1, Number(process.env['MILLRACE_TEST_RUNS'] ?? 1)),
    setupFiles: ['test/setup/codegen.ts'],
    globalSetup: ['test/setup/kafka.ts'],
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: process.env['MILLRACE_TEST_RESULTS'] ?? '.test-results/vitest.json' }]],
  },
})

/** Puts a planted fault into the source, to see that the tests find it (test/crash/mutations.ts). */
function mutant(name: string | undefined): Plugin {
  return {
    name: 'mutant',
    enforce: 'pre',
    transform: (text, id) => (name === undefined ? null : mutated(name, id.split('?')[0] ?? '', text)),
  }
}
