/**
 * The code that reads one value: from `p`, its first byte, to behind it, into the row `row` of its lane; or it leaves by `context.fail`. Two forms of each:
 * in line, for what comes for every record, and as a call, where a schema has so many fields that the function would be too large for the optimiser.
 *
 * Hot code is written as one may not write elsewhere: words of four bytes in int32 arithmetic (`x - 0x21212121 & ~x & 0x80808080` marks the bytes below 0x21;
 * marks above the lowest may be false), doubles as an int over a power of ten, no calls and no objects.
 */
import { CannotGenerate } from '../../compile/generated-code.ts'
import type { FieldNode } from './field-tree.ts'
import { type BooleanLane, DatumLane, type DoubleLane, type IntLane, LongLane, skipBinary } from './lanes.ts'
import { isLong, NumberReader, POWERS } from './number-reader.ts'
import { addSkip, addString } from './string-code.ts'
import { NULL, type ValueContext } from './value-context.ts'

const numbers = new NumberReader()
const TENS = Int32Array.of(1, 10, 100, 1000)
const TRUE = '0x65757274'
const FALS = '0x736c6166'

/** The value of a declared field that is no struct. */
export function addValue(context: ValueContext, node: FieldNode, depth: number): void {
  const { kind } = node.type
  if (kind === 'boolean') addBoolean(context, node)
  else if (kind === 'int' || kind === 'long' || kind === 'double') addNumber(context, node)
  else if (kind === 'timestamp') addTimestamp(context, node)
  else if (kind === 'date') addDate(context, node)
  else if (kind === 'null' || kind === 'binary') addRare(context, node)
  else if (kind === 'struct') throw new CannotGenerate('a struct is no single value')
  else if (node.lane === null) addSkip(context, depth, true)
  else addString(context, node, depth)
}

function addBoolean(context: ValueContext, node: FieldNode): void {
  const { code, fail } = context
  const store = (value: string): string[] => (node.lane === null ? [] : [`${values(context, node)}[row] = ${value}`])
  code.add('{', 'const w = dv.getInt32(p, true)')
  code.add(`if (w === ${TRUE}) {`, 'p += 4', ...store('1'))
  code.add(`} else if (w === ${FALS} && u8[p + 4] === 101) {`, 'p += 5', ...store('0'))
  code.add(`} else if (w === ${NULL}) {`, 'p += 4', ...context.onNull(node))
  code.add(`} else ${fail}`, '}')
}

const values = ({ locals }: ValueContext, node: FieldNode): string =>
  locals.of('values', node.lane as BooleanLane | IntLane | DoubleLane | LongLane, 'values')

/** Four digits at most, in `x` behind `n` that marks the first other byte, become the int `m`; `k` is how many they are, 0 to 3. */
const COUNT = 'k = (31 - Math.clz32(n & -n)) >>> 3'
const ALIGN = 'x <<= 32 - (k << 3)'
const DIGITS = 'x = (Math.imul(x, 10) + (x >>> 8)) & 0xff00ff'
const FOUR = 'Math.imul(x & 255, 100) + (x >>> 16)'
const MARKS = 'n = ((x + 0x76767676) | x) & 0x80808080'

/**
 * Up to seven digits before and behind the point in line, without a loop: the number of digits is a word's lowest mark. The rest by a call. What stands behind
 * the number is looked at by whoever comes next.
 */
function addNumber(context: ValueContext, node: FieldNode): void {
  const { code, fail, inline } = context
  const isDouble = node.type.kind === 'double'
  const isWanted = node.lane !== null
  code.add('{', 'let w = dv.getInt32(p, true)')
  code.add(`if (w === ${NULL}) {`, 'p += 4', ...context.onNull(node), '} else {')
  const label = code.name('number')
  code.add('const from = p', `${label}: {`)
  if (inline) {
    const tens = code.hoist(TENS)
    const inner = code.name('short')
    code.add(
      `${inner}: {`,
      'const minus = (w & 255) === 45',
      'if (minus) w = dv.getInt32(++p, true)',
      'let x = w ^ 0x30303030, n, k, m',
      MARKS,
      'if (n !== 0) {',
      COUNT,
      `if (k === 0 || (k > 1 && (x & 255) === 0)) ${fail}`,
      ...(isWanted ? [ALIGN, DIGITS, `m = ${FOUR}`] : []),
      'p += k',
      '} else {',
      `if ((x & 255) === 0) ${fail}`,
      ...(isWanted ? [DIGITS, `m = ${FOUR}`] : []),
      'x = dv.getInt32(p + 4, true) ^ 0x30303030',
      MARKS,
      `if (n === 0) break ${inner}`,
      COUNT,
      'p += 4 + k',
      ...(isWanted ? ['if (k !== 0) {', ALIGN, DIGITS, `m = Math.imul(m, ${tens}[k]) + (${FOUR})`, '}'] : []),
      '}',
    )
    if (isDouble && isWanted) addFraction(context, inner)
    else if (isDouble) addFractionSkip(context, inner)
    const sign = isDouble ? '-v' : '0 - m'
    code.add(...store(context, node, `minus ? ${sign} : ${isDouble ? 'v' : 'm'}`), `break ${label}`, '}')
  }
  const reader = code.hoist(numbers)
  code.add(`p = ${reader}.${isDouble ? 'real' : 'whole'}(u8, from, e)`)
  code.add(
    node.type.kind === 'int'
      ? `if (p < 0 || !(${reader}.value >= -2147483648 && ${reader}.value <= 2147483647)) ${fail}`
      : `if (p < 0) ${fail}`,
  )
  if (node.type.kind === 'long') {
    const wide = node.lane instanceof LongLane ? `${code.hoist(node.lane)}.wide(row, u8, from, p)` : `${code.hoist(isLong)}(u8, from, p)`
    code.add(`if (${reader}.value !== ${reader}.value) {`, `if (!${wide}) ${fail}`)
    code.add('} else {', ...store(context, node, `${reader}.value`), '}')
  } else code.add(...store(context, node, `${reader}.value`))
  code.add('}', '}', '}')
}

function addFraction({ code, fail }: ValueContext, inner: string): void {
  const powers = code.hoist(POWERS)
  const tens = code.hoist(TENS)
  code.add(
    'let v = m, c = u8[p]',
    'if (c === 46) {',
    'x = dv.getInt32(p + 1, true) ^ 0x30303030',
    MARKS,
    'if (n !== 0) {',
    COUNT,
    `if (k === 0) ${fail}`,
    ALIGN,
    DIGITS,
    `v = (m * ${powers}[k] + (${FOUR})) / ${powers}[k]`,
    'p += k + 1',
    '} else {',
    DIGITS,
    `let f = ${FOUR}`,
    'x = dv.getInt32(p + 5, true) ^ 0x30303030',
    MARKS,
    `if (n === 0) break ${inner}`,
    COUNT,
    'if (k !== 0) {',
    ALIGN,
    DIGITS,
    `f = Math.imul(f, ${tens}[k]) + (${FOUR})`,
    '}',
    `v = (m * ${powers}[k + 4] + f) / ${powers}[k + 4]`,
    'p += k + 5',
    '}',
    'c = u8[p]',
    '}',
    `if ((c | 32) === 101) break ${inner}`,
  )
}

/** The same for a number that is only judged. */
function addFractionSkip({ code, fail }: ValueContext, inner: string): void {
  code.add('let c = u8[p]', 'if (c === 46) {', 'x = dv.getInt32(p + 1, true) ^ 0x30303030', MARKS)
  code.add('if (n !== 0) {', COUNT, `if (k === 0) ${fail}`, 'p += k + 1', '} else {')
  code.add('x = dv.getInt32(p + 5, true) ^ 0x30303030', MARKS, `if (n === 0) break ${inner}`, COUNT, 'p += k + 5', '}')
  code.add('c = u8[p]', '}', `if ((c | 32) === 101) break ${inner}`)
}

function store(context: ValueContext, node: FieldNode, value: string): string[] {
  return node.lane === null ? [] : [`${values(context, node)}[row] = ${value}`]
}

/** `"yyyy-mm-ddThh:mm:ss.mmmZ"` on the day of the last one in line, the other usual forms by a call. */
function addTimestamp(context: ValueContext, node: FieldNode): void {
  const { code, fail, time, locals, inline } = context
  const reader = code.hoist(time)
  const label = code.name('time')
  code.add(`${label}: {`)
  if (inline) {
    const words = locals.of('day', time.day, 'words')
    const midnight = locals.of('midnight', time.day, 'midnight')
    code.add(
      `if (u8[p] === 34 && ((dv.getInt32(p + 1, true) === ${words}[0] && dv.getInt32(p + 5, true) === ${words}[1] && dv.getInt32(p + 8, true) === ${words}[2]) || ${reader}.turn(dv, p + 1))) {`,
      // hh:m, m:ss and .mmm: a byte that is not what the pattern says, or no digit, leaves a mark.
      'const a = dv.getInt32(p + 12, true) ^ 0x303a3030, b = dv.getInt32(p + 16, true) ^ 0x30303a30, c = dv.getInt32(p + 20, true) ^ 0x3030302e',
      'if (((((a + 0x767f7676) | a) | ((b + 0x76767f76) | b) | ((c + 0x7676767f) | c)) & 0x80808080) === 0 && dv.getUint16(p + 24, true) === 0x225a) {',
      'const hours = (a & 255) * 10 + ((a >>> 8) & 255), minutes = (a >>> 24) * 10 + (b & 255), seconds = ((b >>> 16) & 255) * 10 + (b >>> 24)',
      'if (hours < 24 && minutes < 60 && seconds < 60) {',
      ...store(
        context,
        node,
        `${midnight}[0] + ((hours * 3600 + minutes * 60 + seconds) * 1000 + ((c >>> 8) & 255) * 100 + ((c >>> 16) & 255) * 10 + (c >>> 24)) * 1000`,
      ),
      'p += 26',
      `break ${label}`,
      '}',
      '}',
      '}',
    )
  }
  code.add('if (u8[p] === 34) {', `const micros = ${reader}.timestamp(u8, p + 1, e)`, `if (micros !== micros) ${fail}`)
  code.add(...store(context, node, 'micros'), `p = ${reader}.end`)
  code.add(`} else if (dv.getInt32(p, true) === ${NULL}) {`, 'p += 4', ...context.onNull(node))
  code.add('} else {', `const micros = ${reader}.seconds(u8, p, e)`, `if (micros !== micros) ${fail}`)
  code.add(...store(context, node, 'micros'), `p = ${reader}.end`, '}', '}')
}

function addDate(context: ValueContext, node: FieldNode): void {
  const { code, fail, time } = context
  const reader = code.hoist(time)
  code.add('if (u8[p] === 34) {', `const days = ${reader}.date(u8, p + 1, e)`, `if (days !== days) ${fail}`)
  code.add(...store(context, node, 'days'), `p = ${reader}.end`)
  code.add(`} else if (dv.getInt32(p, true) === ${NULL}) {`, 'p += 4', ...context.onNull(node))
  code.add(`} else ${fail}`)
}

/** Types with an object per row: null is only null, binary is a text. */
function addRare(context: ValueContext, node: FieldNode): void {
  const { code, fail } = context
  code.add(`if (dv.getInt32(p, true) === ${NULL}) {`, 'p += 4', ...context.onNull(node))
  if (node.type.kind === 'binary') {
    const read = node.lane instanceof DatumLane ? `${code.hoist(node.lane)}.text(row, ` : `${code.hoist(skipBinary)}(`
    code.add('} else if (u8[p] === 34) {', `p = ${read}u8, p + 1, e)`, `if (p < 0) ${fail}`)
  }
  code.add(`} else ${fail}`)
}
