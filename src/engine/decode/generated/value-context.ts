/** What the parts of the generator share while they write one function. */
import type { CodeWriter } from '../../compile/generated-code.ts'
import type { FieldNode } from './field-tree.ts'
import { StringLane } from './string-lane.ts'
import type { TimeReader } from './time-reader.ts'

export interface ValueContext {
  readonly code: CodeWriter
  /** The statement that gives the record to the next way. */
  readonly fail: string
  /** The code to notice that a lane's value is null. */
  readonly onNull: (node: FieldNode) => readonly string[]
  readonly time: TimeReader
  readonly inline: boolean
  /** The records are lines whose ends are found by reading them: `e` is the end of all bytes, the last of which is a line end. */
  readonly lines: boolean
  readonly locals: Locals
}

/** Locals that stand for what does not change during a call. All are declared before the first record is looked at. */
export class Locals {
  readonly #code: CodeWriter
  readonly #known = new Map<string, string>()

  constructor(code: CodeWriter) {
    this.#code = code
  }
  /** The name of the local that holds `value.property`. */
  of(what: string, value: object, property: string, declaration: 'const' | 'let' = 'const'): string {
    const source = `${this.#code.hoist(value)}.${property}`
    let name = this.#known.get(source)
    if (name === undefined) {
      name = this.#code.name(what)
      this.#known.set(source, name)
      this.#code.add(`${declaration} ${name} = ${source}`)
    }
    return name
  }
}

/** Declares the locals that the values of these fields use. */
export function addLocals(locals: Locals, members: readonly FieldNode[], time: TimeReader): void {
  for (const { type, lane, members: inner } of members) {
    if (type.kind === 'timestamp') {
      locals.of('day', time.day, 'words')
      locals.of('midnight', time.day, 'midnight')
    }
    if (lane instanceof StringLane && lane.form === 'dictionary') {
      locals.of('codes', lane, 'codes')
      locals.of('table', lane.dictionary, 'table', 'let')
    } else if (lane instanceof StringLane) {
      locals.of('offsets', lane, 'offsets')
      locals.of('lengths', lane, 'lengths')
    } else if (lane !== null && 'values' in lane) locals.of('values', lane, 'values')
    addLocals(locals, inner, time)
  }
}

/** The word `null`. */
export const NULL = '0x6c6c756e'
