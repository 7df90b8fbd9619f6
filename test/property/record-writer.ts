/**
 * JSON records as writers make them and as they should not: in runs of one form (so that the generated decoder learns it), with every kind of deviation, odd
 * values of every type, and damage to single bytes. Made from one seed, fast enough for millions.
 */
import { Buffer } from 'node:buffer'
import { type DataType, type Field, field, type StructType, structType } from '../../src/data/data-type.ts'
import type { Records } from '../../src/engine/decode/decoder.ts'
import type { DecoderSpec, ParseMode } from '../../src/plan/contracts/source.ts'

/** xorshift32, so that a seed is all that a failure needs. */
export class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) | 1
    for (let round = 0; round < 8; round++) this.below(2)
  }
  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return Math.floor(((this.#state >>> 0) / 4294967296) * limit)
  }
  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T
  }
  chance(percent: number): boolean {
    return this.below(100) < percent
  }
  shuffled<T>(of: readonly T[]): T[] {
    const all = [...of]
    for (let index = all.length - 1; index > 0; index--) {
      const other = this.below(index + 1)
      ;[all[index], all[other]] = [all[other] as T, all[index] as T]
    }
    return all
  }
}

const LEAVES: readonly DataType[] = [
  { kind: 'int' },
  { kind: 'long', surface: 'number' },
  { kind: 'double' },
  { kind: 'string' },
  { kind: 'string' },
  { kind: 'boolean' },
  { kind: 'timestamp' },
  { kind: 'date' },
  { kind: 'binary' },
  { kind: 'null' },
]
const NAMES = [
  'id',
  'a',
  'b',
  'user',
  'timestamp',
  'value',
  'größe',
  'a b',
  '',
  'x"y',
  'back\\slash',
  '\ufffd',
  '__proto__',
  'constructor',
  'kind',
  '\ud800',
  '名前',
  'averyverylongname0123456789',
]

function randomStruct(dice: Dice, depth: number): StructType {
  const names = dice.shuffled(NAMES).slice(0, 1 + dice.below(depth === 0 ? 6 : 3))
  return structType(names.map((name) => field(name, depth < 3 && dice.chance(15) ? randomStruct(dice, depth + 1) : dice.one(LEAVES))))
}
function cutDown(dice: Dice, schema: StructType): StructType {
  const fields = dice.shuffled(schema.fields).filter(() => dice.chance(60))
  return structType(fields.map((one): Field => (one.type.kind === 'struct' ? field(one.name, cutDown(dice, one.type)) : one)))
}

export function randomSpec(dice: Dice): DecoderSpec {
  const declared = randomStruct(dice, 0)
  const wanted = dice.chance(40) ? declared : cutDown(dice, declared)
  const corrupt = dice.chance(30) ? dice.one(['_c', 'id']) : null
  const kept = wanted.fields.filter(({ name }) => name !== corrupt)
  const schema = corrupt !== null && dice.chance(80) ? structType([...kept, field(corrupt, { kind: 'string' })]) : structType(kept)
  return {
    format: 'json',
    schema,
    declared,
    mode: dice.one<ParseMode>(['PERMISSIVE', 'PERMISSIVE', 'DROPMALFORMED', 'FAILFAST']),
    corruptRecordColumn: corrupt,
  }
}

/** prettier-ignore would be longer than the lists. */
const NUMBERS =
  '0|-0|1|-1|7|42.5|-3.25|0.1|1e3|1E+2|1e-7|123456789|1234567890|2147483647|2147483648|-2147483648|-2147483649|9007199254740991|9007199254740993|-9007199254740993|9223372036854775807|9223372036854775808|-9223372036854775808|-9223372036854775809|123456789012345678901234567890|0.30000000000000004|1.7976931348623157e308|1e400|-1e400|5e-324|1e-400|12345678.12345678|1234567.1234567|99999999|9999999|0.0000001|100000000000000000000000|1767225600|1767225600000|1234.5678901|72057594037927937|0.1e1|10'.split(
    '|',
  )
const BAD_NUMBERS = '00|01|1.|.5|-|+1|1e|1e+|-a|0x10|1_000|--1|-01|1.e5|NaN|Infinity|1..2|1.2.3|\u0661'.split('|')
const TEXTS = [
  '',
  'a',
  'click',
  'u1234',
  'u12345',
  'u123456',
  'u1234567',
  'exactly8',
  'longer than eight',
  'zwölf',
  '🙂',
  '日本語',
  'x'.repeat(70),
  'ab',
  'abc',
  'abcd',
  '~',
  '\u007f',
  '\u2028',
  '{"a":1}',
  '[1]',
  ',',
  '}',
  ':',
  'null',
  'é'.repeat(9),
]
const RAW_TEXTS = [
  '\\n',
  'a\\"b',
  '\\\\',
  '\\u0041',
  '\\u0000',
  '\\ud83d\\ude42',
  '\\ud83d',
  '\\ude42x',
  '\\/',
  'abcdefg\\t',
  '\\u00e9',
  'a\\u0022b',
  'abc\\"defg',
  'abcdefgh\\"ijk',
]
const BAD_TEXTS = ['\\x', '\\u12g4', '\\u12', '\\', 'a\u0000', 'ab\u0000\u0000', '\u0000', 'a\tb', 'a\nb', '\u001f', 'abcdefg\u0001']
const TIMES =
  '2026-01-01T00:00:00Z|2026-01-01T00:00:00.123Z|2026-01-01T00:00:00.123456Z|2026-01-01 00:00:00|2026-01-01T23:59:59.999Z|2026-01-01T12:34:56|2026-01-01 12:34:56.7|2026-02-28T01:02:03.004Z|2026-01-01T00:00:00.123456789Z|2026-01-01T00:00:00+02:00|2026-01-01T00:00:00.5-18:00|0001-01-01T00:00:00Z|9999-12-31T23:59:59.999999Z|1969-12-31T23:59:59.999Z|2255-06-06T00:00:00.000Z|2256-01-01T00:00:00.000Z|1500-01-01T00:00:00.000Z|2024-02-29T00:00:00.000Z|2026-01-01|2026-1-1|2026|2026-01-01T1:2:3|2026-03-29T02:30:00|2026-10-25T02:30:00|1890-01-01T00:00:00'.split(
    '|',
  )
const BAD_TIMES =
  '2026-01-01T24:00:00.000Z|2026-01-01T00:60:00.000Z|2026-01-01T00:00:60.000Z|2026-02-29T00:00:00.000Z|2026-13-01T00:00:00.000Z|2026-00-01T00:00:00.000Z|0000-01-01T00:00:00.000Z|2026-01-01T00:00:00.000|2026-01-01T00:00:00.Z|2026-01-01T00:00:00ZZ|2026-01-01T00:00:00+18:01|2026-01-01T00:00:00+02:60|soon||2026-01-01x00:00:00.000Z|2026-01-01T00:00:00.12aZ|2026-01-01T00:0a:00.000Z|2026/01/01|2026-01-0|-2026-01-01|2026-01-01T00:00:00.000z'.split(
    '|',
  )
const BINARIES = ['', 'AP8=', 'aGVsbG8=', 'AAAA']
const OTHERS = [
  '{}',
  '[]',
  '[1,{"a":[null]},"x"]',
  '{"a":{"b":[1,2]}}',
  '[ 1 , 2 ]',
  '{"id":"]"}',
  '["\\n",{}]',
  'true',
  'false',
  '[[[[[[1]]]]]]',
  `${'['.repeat(70)}${']'.repeat(70)}`,
]
const ODD_RECORDS = [
  '',
  ' ',
  '\ufeff',
  '\t\r',
  '{',
  '}',
  '{}',
  '{ }',
  '[]',
  '1',
  '"a"',
  'null',
  '{"id"',
  '{"id":',
  '{"id":1',
  '{"id":1,}',
  '{,}',
  '{"id":1}}',
  '{"id":1} x',
  '{"id":1}{"id":2}',
  "{'id':1}",
  '{id:1}',
  '{"id" 1}',
  '{"id":tru}',
  '{"id":nulll}',
  '{"w":[1,]}',
  '{"w":[}',
  '{"w":"\\x"}',
  '\u0000',
  '{"id":1}\u00a0',
  '\f{}',
  '{"id":1\u0000}',
  '{"\\u0069d":3}',
  '\ufeff{"id":7}',
  '{"a":1,"a":2}',
  '{"w":{"w":[{"w":1}]}}',
  `{"w":${'['.repeat(600)}${']'.repeat(600)}}`,
  ' {"id" : 5 , "b":"x"}\r',
]

const quoted = (text: string): string => JSON.stringify(text)

/** Writes the records of one spec. `oddPercent`: how many of them deviate. */
export class RecordWriter {
  readonly #dice: Dice
  readonly #declared: StructType
  readonly #oddPercent: number
  /** The form of the run: names with white space, in an order. */
  #colon = ':'
  #comma = ','
  #extra: readonly string[] = []

  constructor(dice: Dice, declared: StructType, oddPercent: number) {
    this.#dice = dice
    this.#declared = declared
    this.#oddPercent = oddPercent
    this.#changeForm()
  }
  #changeForm(): void {
    const dice = this.#dice
    this.#colon = dice.chance(70) ? ':' : dice.one([': ', ' :', ' : '])
    this.#comma = dice.chance(70) ? ',' : dice.one([', ', ' ,', ',\t'])
    this.#extra = dice.chance(50) ? [] : dice.shuffled(['w', 'extra', 'ünwanted', 'x\ty']).slice(0, 2)
  }

  record(): Uint8Array {
    const dice = this.#dice
    if (dice.chance(2)) this.#changeForm()
    const odd = dice.chance(this.#oddPercent)
    if (odd && dice.chance(15)) return Buffer.from(dice.one(ODD_RECORDS))
    const bytes = Buffer.from(
      this.#object(this.#declared, odd, this.#extra) + (odd && dice.chance(5) ? dice.one([' ', '\r', '\n', ' \t', 'x', ',']) : ''),
    )
    return odd && dice.chance(30) ? damaged(dice, bytes) : bytes
  }

  #object(schema: StructType, odd: boolean, extra: readonly string[] = []): string {
    const dice = this.#dice
    let members = schema.fields.map(({ name, type }): string => `${this.#name(name, odd)}${this.#colon}${this.#value(type, odd)}`)
    for (const name of extra) members.push(`${quoted(name)}${this.#colon}${this.#anything()}`)
    if (odd) {
      if (dice.chance(20)) members = dice.shuffled(members)
      if (dice.chance(20)) members = members.filter(() => dice.chance(70))
      if (dice.chance(10)) members.splice(dice.below(members.length + 1), 0, `${quoted(dice.one(NAMES))}:${this.#anything()}`)
      if (dice.chance(5) && members.length > 0) members.push(dice.one(members))
    }
    return `{${members.join(odd && dice.chance(10) ? dice.one([' , ', ', ', ',\n', ',,']) : this.#comma)}}`
  }

  #name(name: string, odd: boolean): string {
    const dice = this.#dice
    if (odd && dice.chance(3) && name !== '')
      return `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${quoted(name.slice(1)).slice(1)}`
    return odd && dice.chance(2) ? quoted(`${name}x`) : quoted(name)
  }

  #anything(): string {
    const dice = this.#dice
    return dice.one([dice.one(NUMBERS), quoted(dice.one(TEXTS)), `"${dice.one(RAW_TEXTS)}"`, dice.one(OTHERS), 'null', 'true'])
  }

  #value(type: DataType, odd: boolean): string {
    const dice = this.#dice
    if (dice.chance(3)) return 'null'
    if (odd && dice.chance(10))
      return dice.one([this.#anything(), dice.one(BAD_NUMBERS), `"${dice.one(BAD_TEXTS)}"`, `"${dice.one(BAD_TIMES)}"`, 'nul', 'truE'])
    switch (type.kind) {
      case 'null':
        return 'null'
      case 'boolean':
        return dice.one(['true', 'false'])
      case 'int':
        return odd ? dice.one(NUMBERS) : String(dice.below(2) === 0 ? dice.below(2 ** 10) : dice.below(2 ** 32) - 2 ** 31)
      case 'long':
        return dice.chance(odd ? 50 : 5) ? dice.one(NUMBERS) : String(dice.below(10 ** (1 + dice.below(16))))
      case 'double':
        if (dice.chance(odd ? 50 : 10)) return odd && dice.chance(10) ? dice.one(['"NaN"', '"Infinity"', '"-INF"']) : dice.one(NUMBERS)
        return String((dice.below(10 ** (1 + dice.below(9))) - 50) / 10 ** dice.below(8))
      case 'string':
        if (dice.chance(10)) return odd && dice.chance(30) ? this.#anything() : `"${dice.one(RAW_TEXTS)}"`
        return quoted(dice.chance(30) ? `u${dice.below(10 ** (1 + dice.below(9)))}` : dice.one(TEXTS))
      case 'timestamp':
        if (odd && dice.chance(10)) return dice.one(NUMBERS)
        if (dice.chance(70)) return quoted(new Date(1767225600000 + dice.below(400_000_000)).toISOString())
        return quoted(dice.one(odd && dice.chance(30) ? BAD_TIMES : TIMES))
      case 'date':
        return quoted(dice.chance(80) ? new Date(dice.below(2 ** 31) * 1000).toISOString().slice(0, 10) : dice.one(odd ? BAD_TIMES : TIMES))
      case 'binary':
        return quoted(dice.one(odd && dice.chance(20) ? ['AP8', 'A===', 'AP-_'] : BINARIES))
      case 'struct':
        return this.#object(type, odd)
    }
  }
}

/** Some bytes changed, put in, or taken out. */
export function damaged(dice: Dice, bytes: Uint8Array): Uint8Array {
  let result = Buffer.from(bytes)
  for (let changes = 1 + dice.below(2); changes > 0; changes--) {
    const at = dice.below(result.length + 1)
    const put = dice.chance(50)
      ? Buffer.of(dice.below(256))
      : Buffer.from(dice.one([...'{}[]",:\\u0eE+-.t \n\u0000', '', '\ufeff', '1', '00']))
    const cut = dice.below(3)
    result = Buffer.concat([result.subarray(0, at), dice.chance(70) ? put : Buffer.alloc(0), result.subarray(at + cut)])
  }
  return result
}

/** The records in one buffer, as one source or another hands them over: with something between them or not, with something behind them or not. */
export function inOneBuffer(dice: Dice, records: readonly Uint8Array[]): Records {
  const between = dice.one([Buffer.from('\n'), Buffer.from('\r\n'), Buffer.alloc(0), Buffer.of(0)])
  const head = Buffer.alloc(dice.below(5), 0x31)
  const starts = new Int32Array(records.length)
  const ends = new Int32Array(records.length)
  const parts: Uint8Array[] = [head]
  let at = head.length
  for (const index of dice.chance(90) ? records.keys() : dice.shuffled([...records.keys()])) {
    const record = records[index] as Uint8Array
    starts[index] = at
    at += record.length
    ends[index] = at
    at += between.length
    parts.push(record, between)
  }
  const behind = dice.one([0, 0, 7, 2000])
  parts.push(Buffer.alloc(behind, '1'))
  const whole = Buffer.concat(parts)
  // A Buffer of the pool, or bytes of their own that end with the last record.
  return { bytes: dice.chance(50) ? whole : new Uint8Array(whole), starts, ends, origin: 'test.json:1' }
}
