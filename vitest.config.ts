import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000 * Math.max(1, Number(process.env['MILLRACE_TEST_RUNS'] ?? 1)),
    setupFiles: ['test/setup/codegen.ts'],
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: process.env['MILLRACE_TEST_RESULTS'] ?? '.test-results/vitest.json' }]],
  },
})
