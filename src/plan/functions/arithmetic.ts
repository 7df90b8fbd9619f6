/** Arithmetic, under ANSI: what does not fit raises, and nothing wraps around. */
import { doubleType, intType } from '../../data/data-type.ts'
import type { FunctionSignature, ResolvedSignature, TypedArgument } from './signature.ts'
import { anyNull, commonOf, longFor, mismatch, need, numericType, scalar, typeOr } from './type-rules.ts'

const sameNumeric =
  (name: string) =>
  (args: readonly TypedArgument[]): ResolvedSignature => {
    const type = numericType(name, args)
    return { parameterTypes: args.map(() => type), type, nullable: anyNull(args) }
  }
const arithmetic = (name: string, words: string, examples: FunctionSignature['examples']): FunctionSignature =>
  scalar('arithmetic', name, 2, 2, {
    usage: `a ${name} b`,
    doc: `${words} Works in the wider of the two types (int < bigint < double); an int or bigint result that does not fit raises ARITHMETIC_OVERFLOW.`,
    examples: examples ?? [],
    resolve: sameNumeric(name),
  })
const doubleFunction = (
  name: string,
  doc: string,
  examples: FunctionSignature['examples'],
  aliases: readonly string[] = [],
): FunctionSignature =>
  scalar('math', name, 1, 1, { usage: `${name}(x)`, doc, examples: examples ?? [], aliases, takes: [doubleType], gives: doubleType })

function rounding(name: string, words: string): FunctionSignature {
  return scalar('math', name, 1, 1, {
    usage: `${name}(x)`,
    doc: `${words} A double gives a bigint: beyond its range the end of the range, and 0 for NaN, as in Spark.`,
    resolve: (args) => {
      const type = numericType(name, args)
      return { parameterTypes: [type.kind === 'double' ? doubleType : longFor(type)], type: longFor(type), nullable: anyNull(args) }
    },
  })
}

function extreme(name: string, words: string): FunctionSignature {
  return scalar('comparison', name, 2, 64, {
    usage: `${name}(a, b, …)`,
    doc: `${words} Nulls are skipped; null only where all are. NaN counts as greatest.`,
    resolve: (args) => {
      const type = commonOf(name, args)
      return { parameterTypes: args.map(() => type), type, nullable: args.every((argument) => argument.nullable) }
    },
  })
}

export const arithmeticFunctions: readonly FunctionSignature[] = [
  arithmetic('+', 'The sum.', [{ call: '1 + 2', result: '3' }]),
  arithmetic('-', 'The difference.', [{ call: '1 - 2', result: '-1' }]),
  arithmetic('*', 'The product.', [{ call: '3 * 2', result: '6' }]),
  scalar('arithmetic', '/', 2, 2, {
    usage: 'a / b',
    doc: 'The quotient, always a double. A divisor of zero raises DIVIDE_BY_ZERO, for doubles too.',
    examples: [{ call: '3 / 2', result: '1.5' }],
    resolve: (args) => {
      numericType('/', args)
      return { parameterTypes: [doubleType, doubleType], type: doubleType, nullable: anyNull(args) }
    },
  }),
  scalar('arithmetic', '%', 2, 2, {
    aliases: ['mod'],
    usage: 'a % b',
    doc: 'The remainder, with the sign of the dividend. A divisor of zero raises REMAINDER_BY_ZERO.',
    examples: [{ call: '-7 % 3', result: '-1' }],
    resolve: sameNumeric('%'),
  }),
  scalar('arithmetic', 'pmod', 2, 2, {
    usage: 'pmod(a, b)',
    doc: 'The remainder, made positive by the divisor where it is negative. A divisor of zero raises REMAINDER_BY_ZERO.',
    examples: [{ call: 'pmod(-7, 3)', result: '2' }],
    resolve: sameNumeric('pmod'),
  }),
  scalar('arithmetic', 'negative', 1, 1, {
    usage: '-a',
    doc: 'The number with its sign turned. The least int or bigint raises ARITHMETIC_OVERFLOW.',
    examples: [{ call: 'negative(3)', result: '-3' }],
    resolve: sameNumeric('negative'),
  }),
  scalar('math', 'abs', 1, 1, {
    usage: 'abs(a)',
    doc: 'The number without its sign. The least int or bigint raises ARITHMETIC_OVERFLOW.',
    examples: [{ call: 'abs(-3)', result: '3' }],
    resolve: sameNumeric('abs'),
  }),
  rounding('ceil', 'The least whole number that is not below.'),
  rounding('floor', 'The greatest whole number that is not above.'),
  scalar('math', 'round', 1, 2, {
    usage: 'round(x[, scale])',
    doc: 'Rounds half up to `scale` decimal places (a constant, default 0; negative rounds before the point). The type stays.',
    examples: [{ call: 'round(2.5)', result: '3.0' }],
    resolve: (args) => {
      need('round', args, 0, 'numeric')
      need('round', args, 1, 'int')
      if (args.length === 2 && args[1]?.constant === undefined) throw mismatch('round', args, 1, 'a constant')
      const type = typeOr(args[0], intType)
      return { parameterTypes: [type, intType].slice(0, args.length), type, nullable: anyNull(args) }
    },
  }),
  doubleFunction('sqrt', 'The square root; NaN for negative numbers.', [{ call: 'sqrt(4.0)', result: '2.0' }]),
  doubleFunction('exp', "Euler's number to the power.", [{ call: 'exp(0.0)', result: '1.0' }]),
  doubleFunction('ln', 'The natural logarithm; null for zero and negative numbers, as in Spark.', [{ call: 'ln(1.0)', result: '0.0' }]),
  doubleFunction('signum', '−1, 0 or 1 by the sign.', [{ call: 'signum(-4.0)', result: '-1.0' }], ['sign']),
  scalar('math', 'pow', 2, 2, {
    aliases: ['power'],
    usage: 'pow(base, exponent)',
    doc: 'The power, as a double.',
    examples: [{ call: 'pow(2.0, 3.0)', result: '8.0' }],
    takes: [doubleType, doubleType],
    gives: doubleType,
  }),
  extreme('greatest', 'The greatest of the arguments.'),
  extreme('least', 'The least of the arguments.'),
].map(nullableWhereMathSays)

/** ln gives null for what has no logarithm, whatever its argument. */
function nullableWhereMathSays(signature: FunctionSignature): FunctionSignature {
  return signature.name === 'ln' ? { ...signature, resolve: (args) => ({ ...signature.resolve(args), nullable: true }) } : signature
}
