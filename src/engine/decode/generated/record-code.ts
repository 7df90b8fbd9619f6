/**
 * The functions that are generated for a decoder. All read the records from `i` up to `to`, one at least, a row each from `row` on, and come back with the number of
 * the first record that surprises them (or `to`), of which nothing counts: positions are those of `starts` and `ends` less `shift`, and a record that ends
 * beyond `limit` is a surprise, since words are read beyond the end of what is there.
 *
 * - The speculative one expects a template (record-template.ts): what stands between the values is compared as words.
 * - The same for lines finds the ends of the records as it reads, and writes them and the starts of the next. No part of a record that it takes has a line end
 *   inside, so it never leaves a record, and reads at most LINE_REACH bytes beyond the last line end: the bytes end at `limit`, with as much room behind them.
 * - The generic one takes members in any order, with white space; it tells names by their length and their words.
 */
import { CodeWriter } from '../../compile/generated-code.ts'
import { isAscii, skipSpace, toValue } from './byte-scan.ts'
import { type FieldNode, type FieldTree, namesReplacement } from './field-tree.ts'
import type { Lane } from './lanes.ts'
import { NullMarker } from './null-marker.ts'
import type { RecordTemplate, TemplatePart } from './record-template.ts'
import { addSkip, addStringEnd } from './string-code.ts'
import type { TimeReader } from './time-reader.ts'
import { addValue } from './value-code.ts'
import { addLocals, Locals, NULL, type ValueContext } from './value-context.ts'

export type ReadRecords = (
  u8: Uint8Array,
  dv: DataView,
  starts: Int32Array,
  ends: Int32Array,
  i: number,
  to: number,
  shift: number,
  row: number,
  limit: number,
) => number
const PARAMETERS = ['u8', 'dv', 'starts', 'ends', 'i', 'to', 'shift', 'row', 'limit']

/** A function with more fields than this is beyond what the optimiser takes if every value is read in line. */
export const INLINE_FIELDS_MAX = 48
export const LINE_REACH = 40
/** What one value may be read beyond the end of its record, if the bytes there go on in the same way. */
const VALUE_REACH = 40

export interface RecordCode {
  readonly read: ReadRecords
  /** So many bytes must stand behind a record. */
  readonly reach: number
}

/** The bits of the null lanes, in words of 31: locals `n0`, `n1`, … of a record. */
const BITS = 31
const bitOf = (index: number): number => 1 << (index % BITS)
const wordOf = (index: number): number => Math.floor(index / BITS)

/** The bits of a field and everything inside. */
function bitsOf(node: FieldNode, words: number[] = []): number[] {
  if (node.index >= 0) words[wordOf(node.index)] = (words[wordOf(node.index)] ?? 0) | bitOf(node.index)
  for (const inner of node.members) bitsOf(inner, words)
  return words
}

function begin(code: CodeWriter, tree: FieldTree, time: TimeReader, lines: boolean): Locals {
  const locals = new Locals(code)
  addLocals(locals, tree.members, time)
  if (lines) code.add('const e = limit', 'for (;;) {', 'let p = starts[i]', 'fast: {', 'if (p >= e) break fast')
  else code.add('for (;;) {', 'let p = starts[i] - shift', 'const e = ends[i] - shift', 'fast: {', 'if (e > limit) break fast')
  return locals
}

function end(code: CodeWriter, tree: FieldTree, lines: boolean): void {
  const marker = code.hoist(new NullMarker(tree.lanes))
  if (lines)
    code.add(
      'const c = u8[p]',
      'if (c !== 10 && c !== 13) break fast',
      'ends[i] = p',
      'starts[i + 1] = c === 13 && u8[p + 1] === 10 ? p + 2 : p + 1',
    )
  else code.add('if (p !== e) break fast')
  for (let word = 0; word < words(tree); word++) code.add(`if (n${word} !== 0) ${marker}.mark(row, ${word * BITS}, n${word})`)
  // One record alone does not go back to the top of the loop: see RECORDS_ALONE.
  code.add('i++', 'row++', 'if (i < to) continue', '}', 'return i', '}')
}
const words = ({ lanes }: FieldTree): number => Math.ceil(lanes.length / BITS)

export interface TemplateCode extends RecordCode {
  readonly lines: boolean
  /** What the template does not have is null in every row, which whoever calls marks for all rows at once. */
  readonly missing: readonly Lane[]
}

/** The speculative function of a template; `lines`: for records whose ends are not known. */
export function templateCode(tree: FieldTree, template: RecordTemplate, time: TimeReader, lines: boolean): TemplateCode {
  const code = new CodeWriter()
  const locals = begin(code, tree, time, lines)
  const onNull = (node: FieldNode): string[] =>
    bitsOf(node).flatMap((bits, word) => (bits === 0 ? [] : [`n${word} |= ${code.number(bits)}`]))
  const context: ValueContext = { code, fail: 'break fast', onNull, time, inline: template.values <= INLINE_FIELDS_MAX, lines, locals }
  const inTemplate = new Set([...nodesOf(template.parts)].map(({ index }) => index))
  const missing = tree.lanes.filter((_, index) => !inTemplate.has(index))
  for (let word = 0; word < words(tree); word++) code.add(`let n${word} = 0`)
  addParts(context, template.parts)
  end(code, tree, lines)
  return { lines, missing, read: code.compile<ReadRecords>(PARAMETERS), reach: template.literalBytes + (template.values + 2) * VALUE_REACH }
}
const orBit = (all: number[], index: number): number[] => {
  all[wordOf(index)] = (all[wordOf(index)] ?? 0) | bitOf(index)
  return all
}

function* nodesOf(parts: readonly TemplatePart[]): Generator<FieldNode> {
  for (const part of parts) {
    if (part.kind === 'literal' || part.node === null) continue
    yield part.node
    if (part.kind === 'struct') yield* nodesOf(part.parts)
  }
}

function addParts(context: ValueContext, parts: readonly TemplatePart[]): void {
  const { code, fail } = context
  for (const part of parts) {
    if (part.kind === 'literal') {
      if (part.bytes.length === 0) continue
      code.add(`if (!(${sameBytes(part.bytes, 'p')})) ${fail}`, `p += ${part.bytes.length}`)
    } else if (part.kind === 'struct') {
      code.add('if (u8[p] === 123) {')
      addParts(context, part.parts)
      addNullStruct(context, part.node)
    } else if (part.node === null) addSkip(context, part.depth, part.first === 0x22)
    else if (part.node.type.kind === 'struct') {
      code.add(`if (u8[p] === 123) {`, fail)
      addNullStruct(context, part.node)
    } else addValue(context, part.node, part.depth)
  }
}
function addNullStruct({ code, fail, onNull }: ValueContext, node: FieldNode): void {
  code.add('} else {', `if (dv.getInt32(p, true) !== ${NULL}) ${fail}`, 'p += 4', ...onNull(node), '}')
}

/** An expression that is true where exactly these bytes are, as numbers: four at once, the last four overlapping. */
function sameBytes(bytes: Uint8Array, at: string): string {
  const tests: string[] = []
  const place = (index: number): string => (index === 0 ? at : `${at} + ${index}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let index = 0
  for (; index + 4 <= bytes.length; index += 4) tests.push(`dv.getInt32(${place(index)}, true) === ${view.getInt32(index, true)}`)
  const rest = bytes.length - index
  if (rest > 0 && bytes.length >= 4)
    tests.push(`dv.getInt32(${place(bytes.length - 4)}, true) === ${view.getInt32(bytes.length - 4, true)}`)
  else for (; index < bytes.length; index++) tests.push(`u8[${place(index)}] === ${bytes[index]}`)
  return tests.length === 0 ? 'true' : tests.join(' && ')
}

/** The generic function. */
export function genericCode(tree: FieldTree, time: TimeReader): RecordCode {
  const code = new CodeWriter()
  const locals = begin(code, tree, time, false)
  // Every lane counts as null until its value is there; `s…` are the lanes whose member came, since a second one is for the oracle.
  const all = tree.lanes.reduce<number[]>((bits, _, index) => orBit(bits, index), [])
  for (let word = 0; word < words(tree); word++) code.add(`let n${word} = ${code.number(all[word] as number)}, s${word} = 0`)
  const context: ValueContext = {
    code,
    fail: 'break fast',
    onNull: () => [],
    time,
    inline: tree.fields <= INLINE_FIELDS_MAX,
    lines: false,
    locals,
  }
  const generic: GenericContext = { ...context, checksNames: namesReplacement(tree.members) }
  const space = `p = ${code.hoist(skipSpace)}(u8, p, e)`
  code.add(`if (u8[p] <= 32) ${space}`)
  addObject(generic, tree.members, 1)
  code.add(`if (p !== e) ${space}`)
  end(code, tree, false)
  return { read: code.compile<ReadRecords>(PARAMETERS), reach: longestName(tree.members) + 4 * VALUE_REACH }
}

interface GenericContext extends ValueContext {
  /** Whether a name with bytes beyond ASCII that is nobody's by its bytes may still be somebody's. */
  readonly checksNames: boolean
}

const longestName = (members: readonly FieldNode[]): number =>
  members.reduce((most, { name, members: inner }) => Math.max(most, name?.length ?? 0, longestName(inner)), 0)

function addObject(context: GenericContext, members: readonly FieldNode[], depth: number): void {
  const { code, fail } = context
  const space = `if (u8[p] <= 32) p = ${code.hoist(skipSpace)}(u8, p, e)`
  const item = code.name('items')
  code.add(`if (u8[p] !== 123) ${fail}`, 'p++', space)
  code.add('if (u8[p] === 125) p++', `else ${item}: for (;;) {`, `if (p >= e || u8[p] !== 34) ${fail}`)
  const key = code.name('key')
  const length = code.name('length')
  code.add(`const ${key} = ++p`)
  addStringEnd(code, fail, false, false)
  code.add(`if (u8[p] !== 34) ${fail}`, `const ${length} = p - ${key}`, 'p++')
  code.add('if (u8[p] === 58 && u8[p + 1] > 32) p++')
  code.add('else {', `p = ${code.hoist(toValue)}(u8, p, e)`, `if (p < 0) ${fail}`, '}')
  addMembers(context, members, key, length, depth)
  code.add(space, 'if (u8[p] === 44) {', 'p++', space, `continue ${item}`, '}', `if (u8[p] !== 125) ${fail}`, 'p++', 'break', '}')
}

/** What to do with the member at hand: a test of the length, then of the bytes. */
function addMembers(context: GenericContext, members: readonly FieldNode[], key: string, length: string, depth: number): void {
  const { code, fail, checksNames } = context
  const member = code.name('member')
  code.add(`${member}: {`)
  const byLength = new Map<number, FieldNode[]>()
  for (const node of members) if (node.name !== null) byLength.set(node.name.length, [...(byLength.get(node.name.length) ?? []), node])
  if (byLength.size > 0) code.add(`switch (${length}) {`)
  for (const [bytes, nodes] of byLength) {
    code.add(`case ${bytes}: {`)
    for (const node of nodes) {
      code.add(`if (${sameBytes(node.name as Uint8Array, key)}) {`)
      addMember(context, node, depth)
      code.add(`break ${member}`, '}')
    }
    code.add('break', '}')
  }
  if (byLength.size > 0) code.add('}')
  if (checksNames) code.add(`if (!${code.hoist(isAscii)}(u8, ${key}, ${length})) ${fail}`)
  addSkip({ ...context, inline: false }, depth, false)
  code.add('}')
}

function addMember(context: GenericContext, node: FieldNode, depth: number): void {
  const { code, fail, onNull } = context
  const word = wordOf(node.index)
  const bit = node.index < 0 ? '' : code.number(bitOf(node.index))
  if (bit !== '') code.add(`if ((s${word} & ${bit}) !== 0) ${fail}`, `s${word} |= ${bit}`, `n${word} &= ~${bit}`)
  const nullAgain = bit === '' ? [] : [`n${word} |= ${bit}`]
  if (node.type.kind !== 'struct') {
    addValue({ ...context, onNull: () => nullAgain }, node, depth)
    return
  }
  code.add('if (u8[p] === 123) {')
  addObject(context, node.members, depth + 1)
  addNullStruct({ ...context, onNull: () => [...onNull(node), ...nullAgain] }, node)
}
