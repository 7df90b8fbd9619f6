/** Schemas as text, in Spark's DDL: `id BIGINT NOT NULL, at TIMESTAMP, place STRUCT<lat: DOUBLE, lon: DOUBLE>`. */
import { MillraceError, nearestName } from '../error.ts'
import * as types from './data-type.ts'

const simpleTypes: Readonly<Record<string, types.DataType>> = {
  BOOLEAN: types.booleanType,
  INT: types.intType,
  INTEGER: types.intType,
  LONG: types.longType,
  BIGINT: types.longType,
  DOUBLE: types.doubleType,
  STRING: types.stringType,
  BINARY: types.binaryType,
  TIMESTAMP: types.timestampType,
  DATE: types.dateType,
}
/** Types that Spark has and this version has not. */
const laterTypes = [
  'ARRAY',
  'MAP',
  'DECIMAL',
  'FLOAT',
  'SHORT',
  'BYTE',
  'SMALLINT',
  'TINYINT',
  'REAL',
  'CHAR',
  'VARCHAR',
  'VARIANT',
  'INTERVAL',
  'TIMESTAMP_NTZ',
]

const TOKEN = /\s*(?:(`(?:[^`]|``)*`)|([\p{L}_][\p{L}\p{N}_]*)|([<>,:()])|(\d+)|(\S))/uy

interface Token {
  readonly text: string
  readonly isName: boolean
  readonly quoted: boolean
  readonly position: number
}

/** Throws INVALID_SCHEMA, with the position and what would be right. */
export function parseDdl(text: string): types.StructType {
  const parser = new DdlParser(text)
  const fields = parser.fields(null)
  return types.structType(fields)
}

/** A type's name as `cast('…')` takes it. Throws INVALID_SCHEMA. */
export function parseType(text: string): types.DataType {
  return new DdlParser(text).onlyType()
}

class DdlParser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokensOf(text)
  }

  fields(closing: '>' | null): types.Field[] {
    const fields: types.Field[] = []
    do {
      const name = this.#name()
      if (fields.some((one) => one.name.toLowerCase() === name.text.toLowerCase()))
        throw this.#error(name, `the column '${name.text}' stands twice`)
      this.#takes(':')
      const type = this.#type()
      const required = this.#word('NOT')
      if (required && !this.#word('NULL')) throw this.#error(this.#peek(), 'NOT must be followed by NULL')
      fields.push(types.field(name.text, type, !required))
    } while (this.#takes(','))
    if (closing === null ? this.#peek() !== undefined : !this.#takes(closing)) {
      throw this.#error(this.#peek(), `expected ',' or ${closing === null ? 'the end' : `'${closing}'`}`)
    }
    return fields
  }

  onlyType(): types.DataType {
    const type = this.#type()
    if (this.#peek() !== undefined) throw this.#error(this.#peek(), 'expected the end')
    return type
  }

  #type(): types.DataType {
    const token = this.#peek()
    if (token === undefined || !token.isName || token.quoted) throw this.#error(token, 'expected a type')
    this.#next++
    const name = token.text.toUpperCase()
    if (name === 'STRUCT') {
      if (!this.#takes('<')) throw this.#error(this.#peek(), "expected '<' after STRUCT")
      return types.structType(this.fields('>'))
    }
    const type = Object.hasOwn(simpleTypes, name) ? simpleTypes[name] : undefined
    if (type !== undefined) return type
    if (laterTypes.includes(name)) throw this.#error(token, `the type ${name} is not supported yet`)
    const near = nearestName(name, [...Object.keys(simpleTypes), 'STRUCT'])
    throw this.#error(token, `there is no type ${token.text}${near === undefined ? '' : ` (did you mean ${near}?)`}`)
  }

  #name(): Token {
    const token = this.#peek()
    if (token === undefined || !token.isName) throw this.#error(token, 'expected a column name')
    this.#next++
    return token
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next]
  }
  #takes(text: string): boolean {
    const token = this.#peek()
    if (token === undefined || token.isName || token.text !== text) return false
    this.#next++
    return true
  }
  #word(word: string): boolean {
    const token = this.#peek()
    if (token === undefined || token.quoted || token.text.toUpperCase() !== word) return false
    this.#next++
    return true
  }
  #error(token: Token | undefined, what: string): MillraceError {
    const position = token?.position ?? this.#text.length
    return new MillraceError('INVALID_SCHEMA', `The schema '${this.#text}' cannot be read at position ${position}: ${what}.`, {
      hint: `Write 'name TYPE, …' with the types ${Object.keys(simpleTypes).join(', ')} or STRUCT<…>.`,
      details: { schema: this.#text, position },
    })
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN)
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, quoted, word, symbol, digits, other] = match
    const raw = quoted ?? word ?? symbol ?? digits ?? other ?? ''
    tokens.push({
      text: quoted === undefined ? raw : quoted.slice(1, -1).replaceAll('``', '`'),
      isName: quoted !== undefined || word !== undefined,
      quoted: quoted !== undefined,
      position: match.index + whole.length - raw.length,
    })
  }
  return tokens
}
