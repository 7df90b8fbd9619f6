/** The inline forms of all functions that have one; a call without one goes to its kernel. */
import type { BoundCall } from '../../../plan/expressions/bound-expression.ts'
import { castEmitters } from './casts.ts'
import { comparisonEmitters } from './comparisons.ts'
import { memoisedByDictionary } from './dictionary-memo.ts'
import type { Emission, Emitter } from './emission.ts'
import { kernelCall } from './kernel-calls.ts'
import { logicEmitters } from './logic.ts'
import { numberEmitters } from './numbers.ts'
import { structEmitters } from './structs.ts'
import { textEmitters } from './texts.ts'
import { timeEmitters } from './times.ts'
import type { Value } from './value.ts'

const emitters: Readonly<Record<string, Emitter>> = {
  ...numberEmitters,
  ...comparisonEmitters,
  ...logicEmitters,
  ...castEmitters,
  ...textEmitters,
  ...timeEmitters,
  ...structEmitters,
}

/** `row`: the name of the row under way. */
export function emitCall(emission: Emission, call: BoundCall, row: string): Value {
  const compute = (): Value => {
    const emitter = Object.hasOwn(emitters, call.function) ? emitters[call.function] : undefined
    return emitter?.(emission, call) ?? kernelCall(emission, call, row)
  }
  return memoisedByDictionary(emission, call, compute) ?? compute()
}
