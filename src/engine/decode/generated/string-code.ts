/** The code that reads strings, and what nobody wants. See value-code.ts for how such code is written. */
import type { CodeWriter } from '../../compile/generated-code.ts'
import { skipString, skipValue, skipValueInLine } from './byte-scan.ts'
import type { FieldNode } from './field-tree.ts'
import type { StringLane } from './string-lane.ts'
import { NULL, type ValueContext } from './value-context.ts'

/** A value of any kind that nobody wants. */
export function addSkip({ code, fail, inline, lines }: ValueContext, depth: number, isText: boolean): void {
  const general = `p = ${code.hoist(lines ? skipValueInLine : skipValue)}(u8, p, e, ${code.number(depth)})`
  if (!inline || !isText) {
    code.add(general, `if (p < 0) ${fail}`)
    return
  }
  code.add('if (u8[p] === 34) {', 'p++')
  addStringEnd(code, fail, false, lines)
  code.add('if (u8[p] === 34) p++')
  code.add('else {', `p = ${code.hoist(skipString)}(u8, p, e)`, `if (p < 0) ${fail}`, '}')
  code.add('} else {', general, `if (p < 0) ${fail}`, '}')
}

/** Moves `p` to the first quote, backslash or control character, or (`ascii`) byte beyond ASCII. In lines that is never beyond the record. */
export function addStringEnd(code: CodeWriter, fail: string, ascii: boolean, lines: boolean): void {
  code.add(
    'for (;;) {',
    'const w = dv.getInt32(p, true), x = w ^ 0x02020202, y = w ^ 0x5c5c5c5c',
    `const z = (((x - 0x21212121) & ~x) | ((y - 0x01010101) & ~y)${ascii ? ' | w' : ''}) & 0x80808080`,
    'if (z !== 0) {',
    'p += (31 - Math.clz32(z & -z)) >>> 3',
    'break',
    '}',
    'p += 4',
    ...(lines ? [] : [`if (p >= e) ${fail}`]),
    '}',
  )
}

/** A string column takes every value: what is no string is its raw text. */
export function addString(context: ValueContext, node: FieldNode, depth: number): void {
  const { code, fail } = context
  const lane = node.lane as StringLane
  code.add('if (u8[p] === 34) {')
  if (lane.form === 'slices') addSlice(context, lane)
  else addCode(context, lane)
  code.add(`} else if (dv.getInt32(p, true) === ${NULL}) {`, 'p += 4', ...context.onNull(node))
  code.add('} else {', 'const from = p', `p = ${code.hoist(context.lines ? skipValueInLine : skipValue)}(u8, p, e, ${code.number(depth)})`)
  code.add(`if (p < 0 || !${code.hoist(lane)}.raw(row, u8, from, p)) ${fail}`, '}')
}

function addSlice({ code, fail, locals, lines }: ValueContext, lane: StringLane): void {
  const offsets = locals.of('offsets', lane, 'offsets')
  const lengths = locals.of('lengths', lane, 'lengths')
  code.add('const s = ++p')
  addStringEnd(code, fail, true, lines)
  code.add('if (u8[p] === 34) {', `${offsets}[row] = s + shift`, `${lengths}[row] = p - s`, 'p++')
  code.add('} else {', `p = ${code.hoist(lane)}.odd(row, u8, s, e, shift)`, `if (p < 0) ${fail}`, '}')
}

/** Strings of at most seven bytes are their own hash key: eight bytes from the quote on, what stands behind the closing quote masked off. */
function addCode({ code, fail, locals, inline }: ValueContext, lane: StringLane): void {
  const codes = locals.of('codes', lane, 'codes')
  const dictionary = code.hoist(lane.dictionary)
  const find = [
    `const found = ${dictionary}.find(u8, dv, s, e)`,
    `if (found < 0) ${fail}`,
    `${codes}[row] = found`,
    `p = ${dictionary}.end`,
  ]
  code.add('const s = ++p')
  if (!inline) {
    code.add(...find)
    return
  }
  const table = locals.of('table', lane.dictionary, 'table', 'let')
  const label = code.name('string')
  code.add(
    `${label}: {`,
    'let a = dv.getInt32(p, true), b = 0, x = a ^ 0x22222222, z = (x - 0x01010101) & ~x & 0x80808080',
    'if (z !== 0) {',
    'const k = (31 - Math.clz32(z & -z)) >>> 3',
    'a &= (1 << (k << 3)) - 1',
    'p += k + 1',
    '} else {',
    'b = dv.getInt32(p + 4, true)',
    'x = b ^ 0x22222222',
    'z = (x - 0x01010101) & ~x & 0x80808080',
    'if (z === 0) {',
    ...find,
    `break ${label}`,
    '}',
    'const k = (31 - Math.clz32(z & -z)) >>> 3',
    'b &= (1 << (k << 3)) - 1',
    'p += k + 5',
    '}',
    // The length too: a string with NUL bytes must not pass for the one without.
    'b |= (p - s) << 24',
    'let h = Math.imul(a, -1640531535) ^ Math.imul(b, -2048144777)',
    // One step back, so that the step of a collision is no branch that the optimiser has never seen taken.
    'h = ((h ^ (h >>> 15)) << 2) - 4',
    'for (;;) {',
    `h = (h + 4) & (${table}.length - 4)`,
    `const c = ${table}[h + 2]`,
    'if (c === 0) break',
    `if (((${table}[h] ^ a) | (${table}[h + 1] ^ b)) === 0) {`,
    `${codes}[row] = c - 1`,
    `break ${label}`,
    '}',
    '}',
    ...find,
    `${table} = ${dictionary}.table`,
    '}',
  )
}
