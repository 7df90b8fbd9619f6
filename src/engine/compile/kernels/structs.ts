/** Kernels of structs and hashes. */
import type { Datum } from '../../../data/datum.ts'
import { hashDatums } from '../../../data/hash.ts'
import type { ScalarKernel } from '../kernel.ts'

export const structKernels: Readonly<Record<string, ScalarKernel>> = {
  get_field: { nulls: 'propagate', make: () => (struct: readonly Datum[], position: number) => struct[position] ?? null },
  named_struct: {
    nulls: 'lazy',
    make: () => (args) => args.filter((_, index) => index % 2 === 1).map((argument) => argument()),
  },
  hash: {
    nulls: 'lazy',
    make:
      ({ argumentTypes }) =>
      (args) =>
        hashDatums(
          argumentTypes,
          args.map((argument) => argument()),
        ),
  },
}
