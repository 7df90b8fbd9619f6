/**
 * Which template the speculative code expects. It is learned from a record that surprised, at first and whenever surprises become frequent. A new template is on
 * trial for some records: where it fits no better than the one before, that one comes back, with twice the patience each time, so that records of changing
 * forms do not cost their compilation for ever. Code is kept by template: two kinds of records in turn cost two compilations.
 */
import type { Records } from '../decoder.ts'
import type { FieldTree } from './field-tree.ts'
import { INLINE_FIELDS_MAX, type TemplateCode, templateCode } from './record-code.ts'
import { type RecordTemplate, templateOf } from './record-template.ts'
import { rehearse } from './rehearsal.ts'
import type { TimeReader } from './time-reader.ts'

const PATIENCE_MIN = 32
const TRIAL = 64
/** What is older than so many records counts half, and less. */
const MEMORY = 1024
const PATIENCE_MAX = 1 << 20
const CODES_MAX = 16

export class Speculation {
  readonly #tree: FieldTree
  readonly #time: TimeReader
  readonly #codes = new Map<string, TemplateCode>()
  #template: RecordTemplate | null = null
  #code: TemplateCode | null = null
  /** What the template on trial took the place of, and the share of the records that it fitted. */
  #before: { readonly template: RecordTemplate; readonly share: number } | null = null
  #hits = 0
  #misses = 0
  /** Records to wait for before the next learning. */
  #wait = 0
  /** Doubled with each learning. */
  #patience = PATIENCE_MIN / 2

  constructor(tree: FieldTree, time: TimeReader) {
    this.#tree = tree
    this.#time = time
  }

  /** For how many records there is no point in asking again. */
  get patience(): number {
    return Math.max(1, this.#wait)
  }

  /** Whether the next record may be learned from. */
  get learns(): boolean {
    return this.#wait <= 0 && (this.#template === null || this.#isSurprised)
  }

  /** The code to try, learned from this record if need be; null where no template is worth it. A new one is rehearsed in `row`. */
  codeFor(bytes: Uint8Array, { starts, ends }: Records, record: number, lines: boolean, row: number): TemplateCode | null {
    if (this.learns && !this.#returns()) {
      this.#learn(templateOf(bytes, starts[record] as number, ends[record] as number, this.#tree.members))
    }
    if (this.#template !== null && (this.#code === null || this.#code.lines !== lines))
      this.#code = this.#compiled(this.#template, lines, row)
    return this.#code
  }

  noteHits(records: number): void {
    this.#hits += records
    this.#wait -= records
    if (this.#hits + this.#misses > MEMORY) {
      this.#misses *= MEMORY / 2 / (this.#hits + this.#misses)
      this.#hits = MEMORY / 2 - this.#misses
    }
  }
  noteMiss(): void {
    this.#misses++
    this.#wait--
    // Nearly always wrong: the generic way alone is faster, until it is time to learn.
    if (this.#misses >= PATIENCE_MIN && this.#misses > 15 * this.#hits && this.#wait > 0) {
      this.#template = null
      this.#code = null
    }
  }
  /** Records that went other ways while there was no template. */
  noteRest(records: number): void {
    this.#wait -= records
  }

  /** The columns' code has changed. */
  forgetCode(): void {
    this.#codes.clear()
    this.#code = null
  }

  /** A quarter of the records or more look otherwise. */
  get #isSurprised(): boolean {
    return this.#misses * 4 > this.#hits + this.#misses
  }

  /** Whether the template before the trial fitted better and is back. */
  #returns(): boolean {
    const before = this.#before
    this.#before = null
    if (before === null || before.share < this.#share) return false
    this.#use(before.template, this.#patience)
    return true
  }
  get #share(): number {
    return this.#template === null ? 0 : this.#hits / Math.max(1, this.#hits + this.#misses)
  }

  #learn(template: RecordTemplate | null): void {
    this.#patience = Math.min(PATIENCE_MAX, 2 * this.#patience)
    this.#wait = this.#patience
    if (template === null || template.key === this.#template?.key) return
    if (this.#template !== null) this.#before = { template: this.#template, share: this.#share }
    this.#use(template, this.#template === null ? this.#patience : TRIAL)
  }
  #use(template: RecordTemplate, wait: number): void {
    this.#template = template
    this.#code = null
    this.#wait = wait
    this.#hits = 0
    this.#misses = 0
  }

  #compiled(template: RecordTemplate, lines: boolean, row: number): TemplateCode {
    const key = `${lines ? 'l' : 'r'}${template.key}`
    let code = this.#codes.get(key)
    if (code === undefined) {
      if (this.#codes.size >= CODES_MAX) this.#codes.clear()
      code = templateCode(this.#tree, template, this.#time, lines)
      this.#codes.set(key, code)
      if (template.values <= INLINE_FIELDS_MAX) {
        rehearse(code, template, row)
        for (const lane of this.#tree.lanes) lane.rollback(row)
      }
    }
    return code
  }

  describe(): string {
    if (this.#template === null) return 'nothing yet'
    const { values, literalBytes } = this.#template
    return `${values} values between ${literalBytes} bytes that are always the same`
  }
}
