/** Tables as texts, to the character as Spark's `show` draws them: borders, widths (wide characters count two), cutting, escapes. */
import { formatDate, formatTimestamp } from '../../data/calendar.ts'
import type { DataType, StructType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { formatDouble } from '../../data/double-text.ts'
import type { TimeZone } from '../../data/time-zone.ts'

/** Characters that take two columns in a terminal, as Spark counts them. */
const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/g
const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
  '\v': '\\v',
  '\u0007': '\\a',
}
const WIDTH_MIN = 3

export interface TableOptions {
  /** Cells longer than so many characters are cut; 0: none, and cells stand left instead of right. */
  readonly truncate: number
  readonly zone: TimeZone
}

/** The table with its borders, each line ended. */
export function tableText(schema: StructType, rows: readonly (readonly Datum[])[], { truncate, zone }: TableOptions): string {
  const header = schema.fields.map((one) => escaped(one.name))
  const body = rows.map((row) => schema.fields.map((one, index) => cut(escaped(cellText(one.type, row[index] ?? null, zone)), truncate)))
  const widths = header.map((_, index) => Math.max(WIDTH_MIN, ...[header, ...body].map((cells) => width(cells[index] ?? ''))))
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell, index) => padded(cell, widths[index] ?? 0, truncate === 0)).join('|')}|\n`
  const border = `+${widths.map((one) => '-'.repeat(one)).join('+')}+\n`
  return border + line(header) + border + body.map(line).join('') + border
}

const width = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0)
const escaped = (text: string): string => text.replace(/[\n\r\t\f\v\u0007\u0008]/g, (one) => ESCAPES[one] ?? one)

function padded(text: string, to: number, left: boolean): string {
  const spaces = ' '.repeat(to - width(text))
  return left ? text + spaces : spaces + text
}

function cut(text: string, truncate: number): string {
  if (truncate === 0 || text.length <= truncate) return text
  return truncate < 4 ? text.slice(0, truncate) : `${text.slice(0, truncate - 3)}...`
}

/** A value as Spark shows it: `NULL` at any depth, binaries as hexadecimal pairs. */
function cellText(type: DataType, datum: Datum, zone: TimeZone): string {
  if (datum === null) return 'NULL'
  switch (type.kind) {
    case 'double':
      return formatDouble(datum as number)
    case 'timestamp':
      return formatTimestamp(datum as bigint, zone)
    case 'date':
      return formatDate(datum as number)
    case 'binary':
      return `[${Array.from(datum as Uint8Array, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')}]`
    case 'struct':
      return `{${type.fields.map((one, index) => cellText(one.type, (datum as readonly Datum[])[index] ?? null, zone)).join(', ')}}`
    default:
      return String(datum)
  }
}
