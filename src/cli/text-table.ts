/** Aligned text for the terminal. */

export interface TextColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** A line of titles, then the rows; nothing is cut, and nothing stands behind the last cell of a line. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0
        return columns[index]?.align === 'right' ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return `${[columns.map(({ title }) => title), ...rows].map(line).join('\n')}\n`
}

/** Names and what they stand for, one a line; an empty name goes on with the one above. */
export function textFields(fields: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields.map(([name, text]) => `${`${name.padEnd(width)}  ${text}`.trimEnd()}\n`).join('')
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`
}

/** `2026-01-01 00:00:00Z`, with milliseconds where there are any. */
export const timeText = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$/, 'Z')

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
