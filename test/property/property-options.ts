/** How often properties run and how their values are compared. MILLRACE_TEST_RUNS multiplies the runs, MILLRACE_TEST_SEED replays a failure. */
import type { Parameters } from 'fast-check'

export function propertyOptions(runs: number): Parameters<unknown> {
  const factor = Number(process.env['MILLRACE_TEST_RUNS'] ?? 1)
  const seed = process.env['MILLRACE_TEST_SEED']
  return { numRuns: Math.max(1, Math.round(runs * factor)), ...(seed === undefined ? {} : { seed: Number(seed) }) }
}

/** A row whose values can be compared with toEqual: NaN as itself, −0 kept apart from 0. */
export const normal = (row: readonly unknown[]): unknown[] => row.map((value) => (Array.isArray(value) ? normal(value) : value))

/** Rows in an order that does not depend on how they came. */
export function sorted(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  const text = (row: readonly unknown[]): string =>
    JSON.stringify(row, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value,
    )
  return [...rows]
    .map((row) => [text(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row)
}
