/** Calls without an inline form: their kernel is made once and called with datums, as the interpreter calls it. */
import type { Datum } from '../../../data/datum.ts'
import type { BoundCall } from '../../../plan/expressions/bound-expression.ts'
import { callSite, rowEvaluation } from '../interpreter.ts'
import { scalarKernels } from '../kernels/index.ts'
import type { Emission } from './emission.ts'
import { scalar, type Value } from './value.ts'

/** Lazy kernels that evaluate all their arguments, in order. */
const EAGER: ReadonlySet<string> = new Set(['concat_ws', 'hash', 'greatest', 'least', 'named_struct'])

/** `row`: the name of the row under way; `columns` is the function's parameter. */
export function kernelCall(emission: Emission, call: BoundCall, row: string): Value {
  const kernel = Object.hasOwn(scalarKernels, call.function) ? scalarKernels[call.function] : undefined
  if (kernel === undefined) return emission.refuse(call, 'there is no kernel for a function')
  const { code } = emission
  emission.kernels.add(call.function)
  if (kernel.nulls === 'propagate') {
    const run = code.hoist(kernel.make(callSite(call, emission.context)))
    return emission.strict(call.arguments, call.type, (values) => {
      const datum = emission.local('made', `${run}(${values.map((value) => emission.datum(value)).join(', ')})`)
      return emission.fromDatum(call.type, datum)
    })
  }
  if (EAGER.has(call.function)) {
    const run = kernel.make(callSite(call, emission.context))
    const values = call.arguments.map((argument) => emission.value(argument))
    const all = code.hoist((...datums: Datum[]) => run(datums.map((datum) => () => datum)))
    return fromDatum(emission, call, `${all}(${values.map((value) => emission.datumOrNull(value)).join(', ')})`)
  }
  // A kernel that decides itself what to evaluate is given its rows, and the interpreter evaluates.
  const evaluate = emission.once('evaluate', `${code.hoist(rowEvaluation(call, emission.context))}(columns)`)
  return fromDatum(emission, call, `${evaluate}(${row})`)
}

function fromDatum(emission: Emission, call: BoundCall, text: string): Value {
  const { text: value, isNull } = emission.fromDatum(call.type, emission.local('made', text))
  return scalar(call.type, emission.local('value', value), isNull)
}
