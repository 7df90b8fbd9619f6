/** Kernels of texts. Positions and lengths count code points. */
import type { Datum } from '../../../data/datum.ts'
import { trimSpaces } from '../../../data/white-space.ts'
import { MillraceError } from '../../../error.ts'
import type { CallSite, ScalarKernel } from '../kernel.ts'

const strict = (run: (...args: never[]) => Datum): ScalarKernel => ({ nulls: 'propagate', make: () => run })

/** Longest text that a kernel makes: beyond it a query would die of memory rather than of a clear error. */
const LENGTH_MAX = 64 * 1024 * 1024

const points = (text: string): string[] => Array.from(text)

function substring(text: string, position: number, length: number = Number.MAX_SAFE_INTEGER): string {
  const all = points(text)
  const start = position > 0 ? position - 1 : position < 0 ? all.length + position : 0
  const end = Math.min(all.length, start + length)
  return end <= start ? '' : all.slice(Math.max(0, start), end).join('')
}

function pad(text: string, length: number, fill: string, left: boolean): string {
  const all = points(text)
  if (length <= all.length) return all.slice(0, Math.max(0, length)).join('')
  if (fill === '') return text
  checkLength(length, 'padded')
  const filler = points(fill)
  const missing = Array.from({ length: length - all.length }, (_, index) => filler[index % filler.length]).join('')
  return left ? missing + text : text + missing
}

function checkLength(length: number, what: string): void {
  if (length > LENGTH_MAX)
    throw new MillraceError('INVALID_ARGUMENT', `A text ${what} to ${length} characters is longer than ${LENGTH_MAX}.`)
}

/** LIKE as a regular expression: % is any text, _ one code point, \ takes the next character as it is. */
function likePattern(pattern: string): RegExp {
  let source = ''
  const all = points(pattern)
  for (let index = 0; index < all.length; index++) {
    const one = all[index] as string
    if (one === '%') source += '[\\s\\S]*'
    else if (one === '_') source += '[\\s\\S]'
    else source += quoted(one === '\\' && index + 1 < all.length ? (all[++index] as string) : one)
  }
  return new RegExp(`^${source}$`, 'u')
}
const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Java's flags at the beginning, (?i) above all, become JavaScript's. */
function regularExpression(pattern: string, flags: string): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  try {
    return new RegExp(pattern.slice(inline?.[0].length ?? 0), [...new Set(`${flags}${inline?.[1] ?? ''}`)].join(''))
  } catch (error) {
    throw new MillraceError('INVALID_ARGUMENT', `'${pattern}' is not a regular expression.`, {
      hint: 'Use JavaScript syntax.',
      cause: error,
    })
  }
}

/** A kernel that works with a pattern in argument `index`: a constant one is compiled once. */
function withPattern(
  index: number,
  compile: (pattern: string) => RegExp,
  run: (pattern: RegExp, args: readonly Datum[]) => Datum,
): ScalarKernel {
  return {
    nulls: 'propagate',
    make: (site: CallSite) => {
      const constant = site.constants[index]
      const prepared = typeof constant === 'string' ? compile(constant) : null
      return (...args: Datum[]) => run(prepared ?? compile(args[index] as string), args)
    },
  }
}

function extract(pattern: RegExp, [text, , group]: readonly Datum[]): string {
  const match = pattern.exec(text as string)
  if (match === null) return ''
  const index = (group as number | undefined) ?? 1
  if (index < 0 || index >= match.length)
    throw new MillraceError('INVALID_ARGUMENT', `The pattern has ${match.length - 1} groups, and group ${index} was asked for.`)
  return match[index] ?? ''
}

/** Java's replacement texts: $1 is a group, \ takes the next character as it is. */
function replacement(text: string): string {
  return text.replace(/\\(.)|\$(\d)|\$/gsu, (whole, escaped: string | undefined, group: string | undefined) => {
    if (escaped !== undefined) return escaped === '$' ? '$$' : escaped
    return group === undefined ? '$$' : whole === '$0' ? '$&' : `$${group}`
  })
}

const capitalised = (word: string): string => {
  const [head = '', ...rest] = points(word)
  return head.toUpperCase() + rest.join('').toLowerCase()
}

export const textKernels: Readonly<Record<string, ScalarKernel>> = {
  upper: strict((text: string) => text.toUpperCase()),
  lower: strict((text: string) => text.toLowerCase()),
  initcap: strict((text: string) => text.split(' ').map(capitalised).join(' ')),
  length: strict((value: string | Uint8Array) => (typeof value === 'string' ? points(value).length : value.length)),
  trim: strict((text: string) => trimSpaces(text, true, true)),
  ltrim: strict((text: string) => trimSpaces(text, true, false)),
  rtrim: strict((text: string) => trimSpaces(text, false, true)),
  substring: strict(substring),
  concat: strict((...texts: string[]) => texts.join('')),
  concat_ws: {
    nulls: 'lazy',
    make: () => (args) => {
      const [separator, ...texts] = args.map((argument) => argument())
      return separator === null ? null : texts.filter((text) => text !== null).join(separator as string)
    },
  },
  contains: strict((text: string, part: string) => text.includes(part)),
  startswith: strict((text: string, prefix: string) => text.startsWith(prefix)),
  endswith: strict((text: string, suffix: string) => text.endsWith(suffix)),
  like: withPattern(1, likePattern, (pattern, [text]) => pattern.test(text as string)),
  rlike: withPattern(
    1,
    (pattern) => regularExpression(pattern, 'u'),
    (pattern, [text]) => pattern.test(text as string),
  ),
  regexp_extract: withPattern(1, (pattern) => regularExpression(pattern, 'u'), extract),
  regexp_replace: withPattern(
    1,
    (pattern) => regularExpression(pattern, 'gu'),
    (pattern, [text, , by]) => (text as string).replace(pattern, replacement(by as string)),
  ),
  replace: strict((text: string, search: string, by: string = '') => (search === '' ? text : text.replaceAll(search, () => by))),
  instr: strict((text: string, part: string) => {
    const index = text.indexOf(part)
    return index < 0 ? 0 : points(text.slice(0, index)).length + 1
  }),
  lpad: strict((text: string, length: number, fill: string = ' ') => pad(text, length, fill, true)),
  rpad: strict((text: string, length: number, fill: string = ' ') => pad(text, length, fill, false)),
  reverse: strict((text: string) => points(text).reverse().join('')),
  repeat: strict((text: string, times: number) => {
    checkLength(text.length * times, 'repeated')
    return text.repeat(Math.max(0, times))
  }),
}
