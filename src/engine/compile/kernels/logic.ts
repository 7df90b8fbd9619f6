/** Kernels of comparison, logic and choice. */
import { compareDatums } from '../../../data/compare.ts'
import type { DataType } from '../../../data/data-type.ts'
import { nullType } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'
import type { ScalarKernel } from '../kernel.ts'
import { castBetween, zoneOf } from './casts.ts'

const first = (types: readonly DataType[]): DataType => types[0] ?? nullType

function comparison(test: (order: number) => boolean): ScalarKernel {
  return {
    nulls: 'propagate',
    make: ({ argumentTypes }) => {
      const type = first(argumentTypes)
      return (a: Datum, b: Datum) => test(compareDatums(type, a, b))
    },
  }
}
const value = (thunk: (() => Datum) | undefined): Datum => (thunk === undefined ? null : thunk())

/** Pairs of condition and value, then perhaps a last value. */
function choose(args: readonly (() => Datum)[]): Datum {
  let index = 0
  for (; index + 1 < args.length; index += 2) if (value(args[index]) === true) return value(args[index + 1])
  return value(args[index])
}

export const logicKernels: Readonly<Record<string, ScalarKernel>> = {
  '=': comparison((order) => order === 0),
  '!=': comparison((order) => order !== 0),
  '<': comparison((order) => order < 0),
  '<=': comparison((order) => order <= 0),
  '>': comparison((order) => order > 0),
  '>=': comparison((order) => order >= 0),
  '<=>': {
    nulls: 'lazy',
    make: ({ argumentTypes }) => {
      const type = first(argumentTypes)
      return (args) => compareDatums(type, value(args[0]), value(args[1])) === 0
    },
  },
  in: {
    nulls: 'lazy',
    make: ({ argumentTypes }) => {
      const type = first(argumentTypes)
      return ([subject, ...options]) => {
        const wanted = value(subject)
        if (wanted === null) return null
        let unknown = false
        for (const option of options) {
          const candidate = option()
          if (candidate === null) unknown = true
          else if (compareDatums(type, wanted, candidate) === 0) return true
        }
        return unknown ? null : false
      }
    },
  },
  isnull: { nulls: 'lazy', make: () => (args) => value(args[0]) === null },
  isnotnull: { nulls: 'lazy', make: () => (args) => value(args[0]) !== null },
  isnan: {
    nulls: 'lazy',
    make: () => (args) => {
      const number = value(args[0])
      return typeof number === 'number' && Number.isNaN(number)
    },
  },
  and: {
    nulls: 'lazy',
    make: () => (args) => {
      const left = value(args[0])
      if (left === false) return false
      const right = value(args[1])
      if (right === false) return false
      return left === null || right === null ? null : true
    },
  },
  or: {
    nulls: 'lazy',
    make: () => (args) => {
      const left = value(args[0])
      if (left === true) return true
      const right = value(args[1])
      if (right === true) return true
      return left === null || right === null ? null : false
    },
  },
  not: { nulls: 'propagate', make: () => (operand: boolean) => !operand },
  when: { nulls: 'lazy', make: () => choose },
  if: { nulls: 'lazy', make: () => choose },
  coalesce: {
    nulls: 'lazy',
    make: () => (args) => {
      for (const argument of args) {
        const candidate = argument()
        if (candidate !== null) return candidate
      }
      return null
    },
  },
  nullif: {
    nulls: 'lazy',
    make: (site) => {
      const [type = nullType, common = nullType] = site.argumentTypes
      const widened = castBetween(type, common, zoneOf(site))
      return (args) => {
        const left = value(args[0])
        const right = value(args[1])
        return left !== null && right !== null && compareDatums(common, widened(left), right) === 0 ? null : left
      }
    },
  },
}
