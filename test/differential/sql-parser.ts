/**
 * SQL expression text, as Spark reads it, to expression nodes: what the differential cases are written in. Literals have Spark's types (1 is an INT, 1.5 would
 * be a DECIMAL and is refused, so cases write 1.5D). Only expressions: statements belong to the cases' own plain data.
 */
import { parseDate, parseTimestamp } from '../../src/data/calendar.ts'
import {
  binaryType,
  booleanType,
  type DataType,
  dateType,
  doubleType,
  intType,
  longType,
  nullType,
  stringType,
  timestampType,
} from '../../src/data/data-type.ts'
import type { Datum } from '../../src/data/datum.ts'
import { parseType } from '../../src/data/ddl-parser.ts'
import { timeZone } from '../../src/data/time-zone.ts'
import {
  AliasNode,
  CastNode,
  type Expression,
  LiteralNode,
  UnresolvedAttributeNode,
  UnresolvedExtractValueNode,
  UnresolvedFunctionNode,
} from '../../src/plan/expressions/expression.ts'

interface Token {
  readonly kind: 'number' | 'string' | 'word' | 'quoted' | 'sign'
  readonly text: string
  readonly at: number
}

const TOKEN =
  /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[LlDd]?)|'((?:[^'\\]|\\[\s\S])*)'|([A-Za-z_]\w*)|`((?:[^`]|``)*)`|(<=>|<=|>=|<>|!=|==|[-+*/%=<>(),.:]))/uy

function tokens(text: string): Token[] {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  const end = text.trimEnd().length
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`no SQL at ${at} of: ${text}`)
    const [, number, string, word, quoted, sign] = match
    if (number !== undefined) found.push({ kind: 'number', text: number, at })
    else if (string !== undefined) found.push({ kind: 'string', text: unescaped(string), at })
    else if (word !== undefined) found.push({ kind: 'word', text: word, at })
    else if (quoted !== undefined) found.push({ kind: 'quoted', text: quoted.replaceAll('``', '`'), at })
    else found.push({ kind: 'sign', text: sign ?? '', at })
  }
  return found
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', '0': '\0', Z: '\x1a', '%': '\\%', _: '\\_' }
/** Spark's escapes; `\%` and `\_` stay as they are, for LIKE. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9A-Fa-f]{4})|([\s\S]))/gu, (_, hex: string | undefined, one: string) =>
    hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (escapes[one] ?? one),
  )

const call = (name: string, ...args: readonly Expression[]): Expression => UnresolvedFunctionNode.create(name, args)
const literal = (value: Datum, type: DataType): Expression => LiteralNode.create(value, type)
const comparisons = ['=', '==', '!=', '<>', '<', '<=', '>', '>=', '<=>']

/** Parses one expression, with `AS name` if it has one; texts of timestamps are read in the zone. */
export function parseSql(text: string, zone = 'UTC'): Expression {
  return new SqlParser(text, zone).whole()
}

class SqlParser {
  readonly #text: string
  readonly #zone: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string, zone: string) {
    this.#text = text
    this.#zone = zone
    this.#tokens = tokens(text)
  }

  whole(): Expression {
    const expression = this.#or()
    const result = this.#take('AS') ? AliasNode.create(expression, this.#token().text) : expression
    if (this.#next < this.#tokens.length) this.#fail('the end')
    return result
  }

  #or(): Expression {
    let left = this.#and()
    while (this.#take('OR')) left = call('or', left, this.#and())
    return left
  }
  #and(): Expression {
    let left = this.#not()
    while (this.#take('AND')) left = call('and', left, this.#not())
    return left
  }
  #not(): Expression {
    return this.#take('NOT') ? call('not', this.#not()) : this.#comparison()
  }

  #comparison(): Expression {
    let left = this.#predicate()
    for (let operator = this.#oneOf(comparisons); operator !== null; operator = this.#oneOf(comparisons))
      left = call(operator, left, this.#predicate())
    return left
  }

  #predicate(): Expression {
    const left = this.#sum()
    if (this.#take('IS')) {
      const name = this.#take('NOT') ? 'isnotnull' : 'isnull'
      this.#expect('NULL')
      return call(name, left)
    }
    const negated = this.#take('NOT')
    const turned = (one: Expression): Expression => (negated ? call('not', one) : one)
    if (this.#take('IN')) return turned(call('in', left, ...this.#list()))
    if (this.#take('LIKE')) return turned(call('like', left, this.#sum()))
    if (this.#take('RLIKE')) return turned(call('rlike', left, this.#sum()))
    if (this.#take('BETWEEN')) {
      const low = this.#sum()
      this.#expect('AND')
      return turned(call('and', call('>=', left, low), call('<=', left, this.#sum())))
    }
    if (negated) this.#fail('IN, LIKE, RLIKE or BETWEEN')
    return left
  }

  #sum(): Expression {
    let left = this.#product()
    for (let operator = this.#oneOf(['+', '-']); operator !== null; operator = this.#oneOf(['+', '-']))
      left = call(operator, left, this.#product())
    return left
  }
  #product(): Expression {
    let left = this.#unary()
    for (let operator = this.#oneOf(['*', '/', '%']); operator !== null; operator = this.#oneOf(['*', '/', '%']))
      left = call(operator, left, this.#unary())
    return left
  }
  /** A minus right before a number belongs to the literal, as in Spark's grammar: -2147483648 is an INT. */
  #unary(): Expression {
    if (this.#take('+')) return this.#unary()
    if (!this.#take('-')) return this.#fields()
    return this.#peek()?.kind === 'number' ? numberLiteral(`-${this.#token().text}`) : call('negative', this.#unary())
  }
  #fields(): Expression {
    let inner = this.#primary()
    while (this.#take('.')) {
      const name = this.#token().text
      inner =
        inner.kind === 'UnresolvedAttribute'
          ? UnresolvedAttributeNode.create(`${inner.name}.${name}`)
          : UnresolvedExtractValueNode.create(inner, name)
    }
    return inner
  }

  #primary(): Expression {
    const token = this.#token()
    if (token.kind === 'number') return numberLiteral(token.text)
    if (token.kind === 'string') return literal(token.text, stringType)
    if (token.kind === 'quoted') return UnresolvedAttributeNode.create(`\`${token.text}\``)
    if (token.text === '(') {
      const inner = this.#or()
      this.#expect(')')
      return inner
    }
    if (token.kind !== 'word') this.#fail('a value')
    const word = token.text.toUpperCase()
    const next = this.#peek()
    if (next?.kind === 'string') return this.#typedLiteral(word, this.#token().text)
    if (word === 'NULL') return literal(null, nullType)
    if (word === 'TRUE' || word === 'FALSE') return literal(word === 'TRUE', booleanType)
    if (word === 'CASE') return this.#case()
    if (next?.text !== '(' || next.kind !== 'sign') return UnresolvedAttributeNode.create(token.text)
    if (word === 'CAST' || word === 'TRY_CAST') return this.#cast(word === 'CAST' ? 'ansi' : 'try')
    return this.#call(token.text)
  }

  #call(name: string): Expression {
    if (name.toLowerCase() === 'timestampadd' && this.#tokens[this.#next + 1]?.kind === 'word') {
      this.#expect('(')
      const unit = literal(this.#token().text, stringType)
      this.#expect(',')
      return call(name, unit, ...this.#rest())
    }
    if (name.toLowerCase() === 'count' && this.#tokens[this.#next + 1]?.text === '*') {
      this.#next += 2
      this.#expect(')')
      return call(name, literal(1, intType))
    }
    return call(name, ...this.#list())
  }
  #list(): Expression[] {
    this.#expect('(')
    return this.#take(')') ? [] : this.#rest()
  }
  #rest(): Expression[] {
    const items = [this.#or()]
    while (this.#take(',')) items.push(this.#or())
    this.#expect(')')
    return items
  }

  #cast(mode: 'ansi' | 'try'): Expression {
    this.#expect('(')
    const inner = this.#or()
    this.#expect('AS')
    const from = this.#peek()?.at ?? 0
    for (let depth = 1; depth > 0; ) {
      const { text } = this.#token()
      if (text === '(') depth++
      else if (text === ')') depth--
    }
    return CastNode.create(inner, parseType(this.#text.slice(from, this.#tokens[this.#next - 1]?.at)), mode)
  }
  #case(): Expression {
    const parts: Expression[] = []
    while (this.#take('WHEN')) {
      parts.push(this.#or())
      this.#expect('THEN')
      parts.push(this.#or())
    }
    if (this.#take('ELSE')) parts.push(this.#or())
    this.#expect('END')
    return call('when', ...parts)
  }
  #typedLiteral(word: string, text: string): Expression {
    const bad = (): never => this.#fail(`a text that is a ${word}`)
    if (word === 'TIMESTAMP') return literal(parseTimestamp(text, timeZone(this.#zone)) ?? bad(), timestampType)
    if (word === 'DATE') return literal(parseDate(text) ?? bad(), dateType)
    return word === 'X' ? literal(Uint8Array.from(Buffer.from(text, 'hex')), binaryType) : bad()
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next]
  }
  #token(): Token {
    return this.#tokens[this.#next++] ?? this.#fail('more')
  }
  #take(text: string): boolean {
    const token = this.#peek()
    const found = token !== undefined && token.kind !== 'string' && token.kind !== 'quoted' && token.text.toUpperCase() === text
    if (found) this.#next++
    return found
  }
  #oneOf(texts: readonly string[]): string | null {
    return texts.find((text) => this.#take(text)) ?? null
  }
  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(text)
  }
  #fail(wanted: string): never {
    throw new Error(`${wanted} expected at ${this.#peek()?.at ?? 'the end'} of: ${this.#text}`)
  }
}

function numberLiteral(text: string): Expression {
  if (/[Ll]$/.test(text)) return literal(BigInt(text.slice(0, -1)), longType)
  if (/[Dd]$/.test(text) || /[eE]/.test(text)) return literal(Number(text.replace(/[Dd]$/, '')), doubleType)
  if (text.includes('.')) throw new Error(`${text} would be a DECIMAL: write ${text}D`)
  return Number(text) >= -2147483648 && Number(text) <= 2147483647 ? literal(Number(text), intType) : literal(BigInt(text), longType)
}
