/**
 * The one file in which text becomes code. Whoever generates builds a function's body with a CodeWriter: names are made here, values of any kind are hoisted
 * into an argument and named, and what comes from users (column names, literals, patterns) is never part of the text, not even quoted.
 *
 * Where the process forbids making code from strings (--disallow-code-generation-from-strings), or where a part of a plan has no generated form, the
 * generator refuses with CannotGenerate and the interpreter takes over.
 */

/** A refusal, with the reason that explain('codegen') shows. */
export class CannotGenerate extends Error {
  override readonly name = 'CannotGenerate'
}

export class CodeWriter {
  readonly #lines: string[] = []
  readonly #hoisted: unknown[] = []
  readonly #hoistedNames = new Map<unknown, string>()
  #names = 0
  #depth = 1

  /** A name that nothing else in the function has. `what` is for people who read the code: letters only. */
  name(what: string): string {
    if (!/^[a-zA-Z]+$/.test(what)) throw new CannotGenerate(`'${what}' cannot be part of a name`)
    return `${what}${this.#names++}`
  }

  /** Makes a value available to the code, and gives its name; the same value has one name. */
  hoist(value: unknown): string {
    const known = this.#hoistedNames.get(value)
    if (known !== undefined) return known
    const name = `h${this.#hoisted.length}`
    this.#hoisted.push(value)
    this.#hoistedNames.set(value, name)
    return name
  }

  /** A number as text that gives exactly this number back. */
  number(value: number): string {
    return Object.is(value, -0) ? '(-0)' : Number.isFinite(value) ? (value < 0 ? `(${value})` : String(value)) : this.hoist(value)
  }

  /** Adds code: one statement or more. A line that ends with `{` opens a block, one that begins with `}` closes one. */
  add(...lines: readonly string[]): void {
    for (const line of lines) {
      if (line.startsWith('}')) this.#depth--
      this.#lines.push(`${'  '.repeat(this.#depth)}${line}`)
      if (line.endsWith('{')) this.#depth++
    }
  }

  get text(): string {
    return this.#lines.join('\n')
  }

  /** The hoisted values by name and kind, never by content: what explain('codegen') shows beside the text. */
  get hoisted(): readonly { readonly name: string; readonly kind: string }[] {
    return this.#hoisted.map((value, index) => ({ name: `h${index}`, kind: kindOf(value) }))
  }

  /** The function with these parameters and the code so far as its body. Throws CannotGenerate where code from strings is forbidden. */
  compile<F extends (...args: never[]) => unknown>(parameters: readonly string[]): F {
    const names = this.#hoisted.map((_, index) => `h${index}`)
    const source = `'use strict'\nreturn function (${parameters.join(', ')}) {\n${this.text}\n}`
    try {
      return new Function(...names, source)(...this.#hoisted) as F
    } catch (error) {
      if (error instanceof EvalError) throw new CannotGenerate('this process does not make code from strings')
      throw error
    }
  }
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object') return typeof value
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return value instanceof Uint8Array ? 'bytes' : value instanceof Set ? 'set' : 'object'
}
