/** Values that are drawn and not computed. Their kernels give streams: the analyzer makes columns of their calls (analysis/draws.ts). */
import { doubleType, longType, stringType } from '../../data/data-type.ts'
import type { FunctionSignature, TypedArgument } from './signature.ts'
import { mismatch } from './type-rules.ts'

const WITHOUT_SEED = 'Another value in each row, and the same when an epoch is replayed.'
const WITH_SEED =
  'With a seed, a constant whole number, the values follow from it alone: in the first epoch and in static frames those of Spark.'

function double(name: string, doc: string, aliases: readonly string[] = []): FunctionSignature {
  return {
    name,
    aliases,
    kind: 'random',
    group: 'random',
    usage: `${name}([seed])`,
    doc: `${doc} ${WITHOUT_SEED} ${WITH_SEED}`,
    minArgs: 0,
    maxArgs: 1,
    resolve: (args) => {
      if (args[0] !== undefined && !isSeed(args[0])) throw mismatch(name, args, 0, 'a constant whole number as its seed')
      return { parameterTypes: args.map(() => longType), type: doubleType, nullable: false }
    },
  }
}

/** Null is the seed 0, as in Spark. */
const isSeed = ({ type, constant }: TypedArgument): boolean =>
  constant !== undefined && (type.kind === 'int' || type.kind === 'long' || type.kind === 'null')

export const randomFunctions: readonly FunctionSignature[] = [
  double('rand', 'A double, uniform in [0, 1).', ['random']),
  double('randn', 'A double of the standard normal distribution.'),
  {
    name: 'uuid',
    kind: 'random',
    group: 'random',
    usage: 'uuid()',
    doc: `A UUID of version 4 as a text. ${WITHOUT_SEED}`,
    minArgs: 0,
    maxArgs: 0,
    resolve: () => ({ parameterTypes: [], type: stringType, nullable: false }),
  },
]
