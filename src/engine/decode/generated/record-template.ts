/**
 * What a record looks like: the bytes that stand between its values, learned from one record. Writers give the same names in the same order with the same
 * white space for a long time, so the generated code compares those bytes as words, before it looks at anything else.
 */
import { Buffer } from 'node:buffer'
import { stringText } from '../json-reader.ts'
import { skipSpace, skipString, skipValue, toValue } from './byte-scan.ts'
import type { FieldNode } from './field-tree.ts'

export type TemplatePart =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array }
  /** A value of a declared field, or (null) of another member, which was `sample` and began with the byte `first`. */
  | { readonly kind: 'value'; readonly node: FieldNode | null; readonly first: number; readonly depth: number; readonly sample: Uint8Array }
  /** The parts of a declared struct, from its opening to its closing brace. */
  | { readonly kind: 'struct'; readonly node: FieldNode; readonly parts: readonly TemplatePart[] }

export interface RecordTemplate {
  readonly parts: readonly TemplatePart[]
  readonly literalBytes: number
  readonly values: number
  /** Two templates with one key are the same. */
  readonly key: string
}

const LITERAL_BYTES_MAX = 8192
const VALUES_MAX = 500

/** The template of a record; null where it is none to go by: not well-formed, a name twice, a byte order mark. */
export function templateOf(bytes: Uint8Array, start: number, end: number, members: readonly FieldNode[]): RecordTemplate | null {
  const learner = new Learner(bytes, start, end)
  const parts = learner.record(members)
  return parts === null ? null : { parts, literalBytes: learner.literalBytes, values: learner.values, key: learner.key }
}

class Learner {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number
  #literalFrom: number
  literalBytes = 0
  values = 0
  key = ''

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#end = end
    this.#at = start
    this.#literalFrom = start
  }

  record(members: readonly FieldNode[]): readonly TemplatePart[] | null {
    const parts: TemplatePart[] = []
    this.#at = skipSpace(this.#bytes, this.#at, this.#end)
    if (!this.#object(members, parts, 1)) return null
    this.#at = skipSpace(this.#bytes, this.#at, this.#end)
    this.#literal(parts)
    return this.#at === this.#end && this.literalBytes <= LITERAL_BYTES_MAX && this.values <= VALUES_MAX ? parts : null
  }

  /** What stands between the last value and the cursor. */
  #literal(parts: TemplatePart[]): void {
    const bytes = this.#bytes.slice(this.#literalFrom, this.#at)
    this.literalBytes += bytes.length
    this.key += `${Buffer.from(bytes).toString('latin1')}\n`
    parts.push({ kind: 'literal', bytes })
  }

  /** From the opening brace to behind the closing one, which stays part of the literal under way. */
  #object(members: readonly FieldNode[], parts: TemplatePart[], depth: number): boolean {
    const bytes = this.#bytes
    const end = this.#end
    if (bytes[this.#at] !== 0x7b || this.#at >= end) return false
    this.#at = skipSpace(bytes, this.#at + 1, end)
    if (this.#at < end && bytes[this.#at] === 0x7d) {
      this.#at++
      return true
    }
    const seen = new Set<string>()
    for (;;) {
      const name = this.#name()
      if (name === null || seen.has(name) || !this.#member(members, name, parts, depth)) return false
      seen.add(name)
      this.#at = skipSpace(bytes, this.#at, end)
      const byte = this.#at < end ? bytes[this.#at++] : -1
      if (byte === 0x7d) return true
      if (byte !== 0x2c) return false
      this.#at = skipSpace(bytes, this.#at, end)
    }
  }

  /** The name at the cursor, which then stands at the value. */
  #name(): string | null {
    const from = this.#at + 1
    if (this.#at >= this.#end || this.#bytes[this.#at] !== 0x22) return null
    const behind = skipString(this.#bytes, from, this.#end)
    if (behind < 0) return null
    this.#at = toValue(this.#bytes, behind, this.#end)
    if (this.#at < 0) return null
    return stringText(this.#bytes, from, behind - 1, this.#bytes.subarray(from, behind).includes(0x5c))
  }

  #member(members: readonly FieldNode[], name: string, parts: TemplatePart[], depth: number): boolean {
    const node = members.find((one) => one.name !== null && Buffer.from(one.name).toString() === name) ?? null
    const first = this.#bytes[this.#at] as number
    this.#literal(parts)
    this.values++
    if (node?.type.kind === 'struct' && first === 0x7b) {
      const inner: TemplatePart[] = []
      this.key += '{'
      this.#literalFrom = this.#at
      if (!this.#object(node.members, inner, depth + 1)) return false
      this.#literal(inner)
      this.key += '}'
      parts.push({ kind: 'struct', node, parts: inner })
    } else {
      const from = this.#at
      this.#at = skipValue(this.#bytes, from, this.#end, depth)
      if (this.#at < 0) return false
      if (node === null) this.key += first === 0x22 ? 's' : 'v'
      parts.push({ kind: 'value', node, first, depth, sample: this.#bytes.slice(from, this.#at) })
    }
    this.#literalFrom = this.#at
    return true
  }
}
