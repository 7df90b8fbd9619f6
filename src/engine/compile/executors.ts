/** Which executor runs: the generator where the process can make code from strings and nobody turned it off, else the interpreter. Answers are the same. */
import type { Executor } from './executor.ts'
import { CannotGenerate, CodeWriter } from './generated-code.ts'
import { generated } from './generator.ts'
import { interpreter } from './interpreter.ts'

export type Codegen = 'auto' | 'off'

let preset: Codegen = 'auto'
/** What holds in this process for sessions that leave `millrace.codegen` unsaid. For suites that run a second time under the interpreter. */
export function presetCodegen(codegen: Codegen): void {
  preset = codegen
}

let refusal: string | null | undefined
/** Why this process generates no code; null where it does. Asked once, when the first query needs to know. */
export function codegenRefusal(): string | null {
  if (refusal === undefined) {
    try {
      new CodeWriter().compile([])
      refusal = null
    } catch (error) {
      if (!(error instanceof CannotGenerate)) throw error
      refusal = error.message
    }
  }
  return refusal
}

/** `codegen`: what the session says; null where it says nothing. */
export function executorFor(codegen: Codegen | null): Executor {
  return (codegen ?? preset) === 'off' || codegenRefusal() !== null ? interpreter : generated
}
/** The reason why executorFor gives the interpreter; null where it does not. */
export function interpretedBecause(codegen: Codegen | null): string | null {
  return (codegen ?? preset) === 'off' ? "millrace.codegen is 'off'" : codegenRefusal()
}
