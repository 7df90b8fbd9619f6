/**
 * What a function of the language is: one signature here (a file per family beside this one, listed in registry.ts), one kernel in
 * engine/compile/kernels/, and one entry in api/functions.ts; a test holds the lists equal. docs/functions.md is generated from the signatures.
 */
import type { DataType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'

export interface TypedArgument {
  readonly type: DataType
  readonly nullable: boolean
  /** The value, if the argument is a constant; undefined otherwise. */
  readonly constant: Datum | undefined
}
/** What a call with these arguments is. */
export interface ResolvedSignature {
  /** The types that the kernel takes: the analyzer casts the arguments to them. */
  readonly parameterTypes: readonly DataType[]
  readonly type: DataType
  readonly nullable: boolean
}
export type FunctionGroup =
  | 'arithmetic'
  | 'comparison'
  | 'logic'
  | 'conditional'
  | 'cast'
  | 'string'
  | 'math'
  | 'time'
  | 'struct'
  | 'hash'
  | 'random'
  | 'window'
  | 'aggregate'

export interface FunctionSignature {
  /** Canonical name, as Spark's SQL has it (`+`, `and`, `upper`, `window`). */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly kind: 'scalar' | 'random' | 'aggregate' | 'window'
  readonly group: FunctionGroup
  /** The call in words: `substring(text, position, length)`. */
  readonly usage: string
  /** One or two sentences: meaning, nulls, errors thrown. */
  readonly doc: string
  /** A call as SQL text and its result as Spark shows it; the tests check them. */
  readonly examples?: readonly { readonly call: string; readonly result: string }[]
  readonly minArgs: number
  readonly maxArgs: number
  /**
   * Throws DATATYPE_MISMATCH (through `mismatch` in type-rules.ts) where the types do not fit. The number of arguments is checked before.
   */
  resolve(args: readonly TypedArgument[]): ResolvedSignature
  /** False for functions whose value is not decided by their arguments: they are never folded or moved. Default true. */
  readonly deterministic?: boolean
}
