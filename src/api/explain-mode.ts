import { MillraceError } from '../error.ts'
import { describe } from './column.ts'

/** `extended` shows the plan before the rules as well, `codegen` what the engine makes of its expressions. */
export type ExplainText = 'simple' | 'extended' | 'codegen'

/** Throws INVALID_ARGUMENT. */
export function explainMode(mode: unknown): ExplainText {
  if (mode === 'simple' || mode === 'extended' || mode === 'codegen') return mode
  throw new MillraceError('INVALID_ARGUMENT', `explain: a mode was expected, and there is ${describe(mode)}.`, {
    hint: "There are 'simple', 'extended' and 'codegen'.",
  })
}
