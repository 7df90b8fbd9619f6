/** All kernels by the canonical names of plan/functions; a test holds both lists equal. */
import type { ScalarKernel } from '../kernel.ts'
import { castKernels } from './casts.ts'
import { logicKernels } from './logic.ts'
import { numberKernels } from './numbers.ts'
import { structKernels } from './structs.ts'
import { textKernels } from './texts.ts'
import { timeKernels } from './times.ts'

export { aggregateKernels } from './aggregates.ts'
export { randomKernels } from './random.ts'

export const scalarKernels: Readonly<Record<string, ScalarKernel>> = {
  ...numberKernels,
  ...logicKernels,
  ...castKernels,
  ...textKernels,
  ...timeKernels,
  ...structKernels,
}
