/** The names that Spark gives to columns that have no alias: `count(1)`, `(a + 1)`, `CASE WHEN (a > 1) THEN b END`. */
import { formatDate, isoTimestamp } from '../../data/calendar.ts'
import { ddl } from '../../data/data-type.ts'
import { formatDouble } from '../../data/double-text.ts'
import { type Expression, type LiteralNode, nameParts, type UnresolvedFunctionNode } from '../expressions/expression.ts'
import { lookUpFunction } from '../functions/registry.ts'

const INFIX = new Set(['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '<=>', 'and', 'or'])

export function columnName(expression: Expression): string {
  switch (expression.kind) {
    case 'Alias':
      return expression.name
    case 'UnresolvedAttribute':
      return nameParts(expression.name).at(-1) ?? expression.name
    case 'UnresolvedExtractValue':
      return expression.field
    case 'Cast':
      // As in Spark, a cast keeps the name of the column that it casts.
      return isNamed(expression.child) ? columnName(expression.child) : sqlText(expression)
    case 'UnresolvedFunction':
      if (/^(session_)?window$/i.test(expression.name)) return expression.name.toLowerCase()
      return sqlText(expression)
    default:
      return sqlText(expression)
  }
}

const isNamed = (expression: Expression): boolean =>
  expression.kind === 'UnresolvedAttribute' || expression.kind === 'UnresolvedExtractValue'

/** The expression as SQL text. */
export function sqlText(expression: Expression): string {
  switch (expression.kind) {
    case 'Literal':
      return literalText(expression)
    case 'UnresolvedAttribute':
      return expression.name
    case 'UnresolvedStar':
      return '*'
    case 'UnresolvedExtractValue':
      return `${sqlText(expression.child)}.${expression.field}`
    case 'Alias':
      return `${sqlText(expression.child)} AS ${expression.name}`
    case 'Cast':
      return `${expression.mode === 'try' ? 'TRY_CAST' : 'CAST'}(${sqlText(expression.child)} AS ${ddl(expression.to)})`
    case 'UnresolvedFunction':
      return functionText(expression)
  }
}

function literalText({ value, type }: LiteralNode): string {
  if (value === null) return 'NULL'
  if (type.kind === 'timestamp') return `TIMESTAMP '${isoTimestamp(value as bigint)}'`
  if (type.kind === 'date') return `DATE '${formatDate(value as number)}'`
  return type.kind === 'double' ? formatDouble(value as number) : String(value)
}

function functionText({ name, arguments: args }: UnresolvedFunctionNode): string {
  const canonical = lookUpFunction(name)?.name ?? name
  const texts = args.map(sqlText)
  const [first = '', second = '', ...rest] = texts
  if (INFIX.has(canonical) && args.length === 2)
    return canonical === '!=' ? `(NOT (${first} = ${second}))` : `(${first} ${canonical.toUpperCase()} ${second})`
  switch (canonical) {
    case 'not':
      return `(NOT ${first})`
    case 'isnull':
      return `(${first} IS NULL)`
    case 'isnotnull':
      return `(${first} IS NOT NULL)`
    case 'in':
      return `(${first} IN (${texts.slice(1).join(', ')}))`
    case 'like':
      return `${first} LIKE ${second}`
    case 'rlike':
      return `RLIKE(${texts.join(', ')})`
    case 'timestampadd':
      return `timestampadd(${first.toUpperCase()}, ${[second, ...rest].join(', ')})`
    case 'first':
    case 'last':
      // Whether nulls are left out is not in the name.
      return `${canonical}(${first})`
    case 'when':
      return caseText(texts)
    default:
      return `${canonical}(${texts.join(', ')})`
  }
}

function caseText(texts: readonly string[]): string {
  const branches: string[] = []
  for (let index = 0; index + 1 < texts.length; index += 2) branches.push(`WHEN ${texts[index]} THEN ${texts[index + 1]}`)
  return `CASE ${branches.join(' ')}${texts.length % 2 === 1 ? ` ELSE ${texts.at(-1)}` : ''} END`
}
