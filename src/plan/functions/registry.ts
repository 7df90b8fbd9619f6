/** All functions of the language, by name. */
import { aggregateFunctions } from './aggregates.ts'
import { arithmeticFunctions } from './arithmetic.ts'
import { castFunctions } from './cast.ts'
import { comparisonFunctions } from './comparison.ts'
import { conditionalFunctions } from './conditional.ts'
import { randomFunctions } from './random.ts'
import type { FunctionSignature } from './signature.ts'
import { stringFunctions } from './strings.ts'
import { structFunctions } from './structs.ts'
import { timeFunctions } from './time.ts'
import { windowFunctions } from './windows.ts'

export const functionSignatures: readonly FunctionSignature[] = [
  ...arithmeticFunctions,
  ...comparisonFunctions,
  ...conditionalFunctions,
  ...castFunctions,
  ...stringFunctions,
  ...timeFunctions,
  ...structFunctions,
  ...randomFunctions,
  ...windowFunctions,
  ...aggregateFunctions,
]

const byName = new Map(functionSignatures.flatMap((one) => [one.name, ...(one.aliases ?? [])].map((name) => [name, one] as const)))

/** The function of this name or alias, in any case. */
export function lookUpFunction(name: string): FunctionSignature | undefined {
  return byName.get(name.toLowerCase())
}
/** Every name and alias: for suggestions. */
export const functionNames: readonly string[] = [...byName.keys()]
