/** Texts: what can be told from the bytes of a slice is, with constants; everything else calls the kernels on strings. */
import type { BoundCall } from '../../../plan/expressions/bound-expression.ts'
import { sliceCall } from './comparisons.ts'
import type { Emission, Emitter } from './emission.ts'
import { containsBytes, endsWithBytes, equalsBytes, isSlicePattern, pointsOf, startsWithBytes } from './slices.ts'
import type { SliceValue, Value } from './value.ts'

type Test = (bytes: Uint8Array, offset: number, length: number, wanted: Uint8Array) => boolean

const part =
  (method: 'includes' | 'startsWith' | 'endsWith', test: Test): Emitter =>
  (emission, call) => {
    const wanted = constantText(call, 1)
    return emission.strict(call.arguments, call.type, ([text, sought]) => {
      if (wanted !== null && text?.form === 'slice' && isSlicePattern(wanted)) return { text: sliceCall(emission, test, text, wanted) }
      return { text: `${emission.text(text as Value)}.${method}(${emission.text(sought as Value)})` }
    })
  }

/** A pattern with % at its ends alone says where a text stands. On strings the kernel's regular expression does it. */
const like: Emitter = (emission, call) => {
  const pattern = constantText(call, 1)
  const match = pattern === null ? null : /^(%?)([^%_\\]*)(%?)$/s.exec(pattern)
  const [subject] = call.arguments
  if (match === null || subject === undefined || !isSlicePattern(match[2] ?? '')) return null
  if (emission.value(subject).form !== 'slice') return null
  const [, before, wanted = '', after] = match
  const test = before === '' ? (after === '' ? equalsBytes : startsWithBytes) : after === '' ? endsWithBytes : containsBytes
  return emission.strict([subject], call.type, ([text]) => ({ text: sliceCall(emission, test, text as SliceValue, wanted) }))
}

function constantText(call: BoundCall, index: number): string | null {
  const argument = call.arguments[index]
  return argument?.kind === 'BoundLiteral' && typeof argument.value === 'string' ? argument.value : null
}

const length: Emitter = (emission, call) =>
  emission.strict(call.arguments, call.type, ([value]) => ({ text: lengthText(emission, value as Value) }))
function lengthText(emission: Emission, value: Value): string {
  if (value.type.kind === 'binary') return value.form === 'slice' ? value.length : `${emission.text(value)}.length`
  const { code } = emission
  return value.form === 'slice'
    ? `${code.hoist(pointsOf)}(${value.bytes}, ${value.offset}, ${value.length})`
    : `${code.hoist(pointsOfText)}(${emission.text(value)})`
}
/** Surrogates in pairs are one; a text without any is as long as it says. */
function pointsOfText(text: string): number {
  let { length: count } = text
  for (let at = 0; at + 1 < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0xd800 || unit > 0xdbff) continue
    const next = text.charCodeAt(at + 1)
    if (next < 0xdc00 || next > 0xdfff) continue
    count--
    at++
  }
  return count
}

const concat: Emitter = (emission, call) =>
  emission.strict(call.arguments, call.type, (values) => ({ text: `'' + ${values.map((value) => emission.text(value)).join(' + ')}` }))

export const textEmitters: Readonly<Record<string, Emitter>> = {
  contains: part('includes', containsBytes),
  startswith: part('startsWith', startsWithBytes),
  endswith: part('endsWith', endsWithBytes),
  like,
  length,
  concat,
}
