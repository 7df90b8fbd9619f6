/** Windows over event time. They have no kernel: the analyzer turns them into plan nodes. */
import { stringType, windowType } from '../../data/data-type.ts'
import type { FunctionSignature, TypedArgument } from './signature.ts'
import { mismatch } from './type-rules.ts'

function resolveWindow(name: string, args: readonly TypedArgument[]) {
  const time = args[0]?.type
  const isWindow = time?.kind === 'struct' && time.fields.length === 2 && time.fields[0]?.name === 'start' && time.fields[1]?.name === 'end'
  if (time === undefined || (time.kind !== 'timestamp' && !isWindow)) throw mismatch(name, args, 0, 'a timestamp or a window')
  for (let index = 1; index < args.length; index++) {
    if (typeof args[index]?.constant !== 'string') throw mismatch(name, args, index, "a constant length of time such as '1 minute'")
  }
  return { parameterTypes: [time, ...args.slice(1).map(() => stringType)], type: windowType, nullable: false }
}

export const windowFunctions: readonly FunctionSignature[] = [
  {
    name: 'window',
    kind: 'window',
    group: 'window',
    usage: "window(time, '10 minutes'[, '5 minutes'[, '1 minute']])",
    doc: 'The windows that hold the time: length, slide (default: the length) and start offset. Start inclusive, end exclusive; a row stands in each window that holds it, rows without a time in none. A struct of start and end.',
    minArgs: 2,
    maxArgs: 4,
    resolve: (args) => resolveWindow('window', args),
  },
  {
    name: 'session_window',
    kind: 'window',
    group: 'window',
    usage: "session_window(time, '5 minutes')",
    doc: 'Sessions: rows of one key belong together while no gap is longer than the given one. Only as a grouping key. A struct of start and end, the end being the last time plus the gap.',
    minArgs: 2,
    maxArgs: 2,
    resolve: (args) => resolveWindow('session_window', args),
  },
]
