/** Kernels of aggregates. The first element of a state is null until a value was seen, where null is the result of having seen none. */
import { compareDatums } from '../../../data/compare.ts'
import { type DataType, doubleType, longType, nullType, stringType } from '../../../data/data-type.ts'
import type { Datum } from '../../../data/datum.ts'
import type { AggregateKernel, Aggregator, CallSite } from '../kernel.ts'
import { checkedLong } from './numbers.ts'

type State = readonly Datum[]

const counter = (counts: (args: State) => boolean): AggregateKernel => ({
  make: () => ({
    stateTypes: [longType],
    initial: [0n],
    update: (state, args) => (counts(args) ? [(state[0] as bigint) + 1n] : state),
    merge: (left, right) => [(left[0] as bigint) + (right[0] as bigint)],
    result: (state) => state[0] ?? null,
  }),
})

/** One value, folded over what is not null. */
function fold(
  type: DataType,
  combine: (left: Datum, right: Datum) => Datum,
  first: (value: Datum) => Datum = (value) => value,
): Aggregator {
  const add = (left: Datum, right: Datum): Datum => (right === null ? left : left === null ? first(right) : combine(left, right))
  return {
    stateTypes: [type],
    initial: [null],
    update: (state, args) => (args[0] === null ? state : [add(state[0] ?? null, args[0] ?? null)]),
    merge: (left, right) => [add(left[0] ?? null, right[0] ?? null)],
    result: (state) => state[0] ?? null,
  }
}

function sum({ type }: CallSite): Aggregator {
  // Spark's sum of doubles begins at 0, so that the sum of −0 alone is 0.
  if (type.kind === 'double')
    return fold(
      doubleType,
      (left, right) => (left as number) + (right as number),
      (value) => 0 + (value as number),
    )
  return fold(longType, (left, right) => checkedLong('The sum', (left as bigint) + (right as bigint), left, right))
}

const mean: Aggregator = {
  stateTypes: [doubleType, longType],
  initial: [0, 0n],
  update: (state, args) => (args[0] === null ? state : [(state[0] as number) + (args[0] as number), (state[1] as bigint) + 1n]),
  merge: (left, right) => [(left[0] as number) + (right[0] as number), (left[1] as bigint) + (right[1] as bigint)],
  result: (state) => (state[1] === 0n ? null : (state[0] as number) / Number(state[1])),
}

const extreme = (wins: (order: number) => boolean): AggregateKernel => ({
  make: ({ argumentTypes }) => {
    const type = argumentTypes[0] ?? nullType
    return fold(type, (left, right) => (wins(compareDatums(type, right, left)) ? right : left))
  },
})

/** first and last: the least or greatest origin wins. Origins tell all rows apart, so neither arrival nor the order of merging matters. */
const edge = (replaces: (kept: string, comes: string) => boolean): AggregateKernel => ({
  make: ({ argumentTypes, constants }) => {
    const ignoresNulls = constants[1] === true
    const choose = (state: State, value: Datum, origin: string): State => {
      const kept = state[0] as string | null
      return kept === null || replaces(kept, origin) ? [origin, value] : state
    }
    return {
      stateTypes: [stringType, argumentTypes[0] ?? nullType],
      initial: [null, null],
      update: (state, args, origin) => (ignoresNulls && args[0] === null ? state : choose(state, args[0] ?? null, origin)),
      merge: (left, right) => (right[0] === null ? left : choose(left, right[1] ?? null, right[0] as string)),
      result: (state) => state[1] ?? null,
    }
  },
})

export const aggregateKernels: Readonly<Record<string, AggregateKernel>> = {
  count: counter((args) => !args.includes(null)),
  count_if: counter((args) => args[0] === true),
  sum: { make: sum },
  avg: { make: () => mean },
  min: extreme((order) => order < 0),
  max: extreme((order) => order > 0),
  first: edge((kept, comes) => comes < kept),
  last: edge((kept, comes) => comes > kept),
}
