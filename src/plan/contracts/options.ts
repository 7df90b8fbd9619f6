/** How sources, sinks and writers declare their options, so that a wrong one is refused before anything starts, with the nearest name. */
import { MillraceError, nearestName } from '../../error.ts'
import type { Options } from '../nodes/relation.ts'

export type OptionType = 'string' | 'integer' | 'number' | 'boolean' | 'interval' | 'bytes'
export interface OptionSpec {
  readonly type: OptionType
  /** One sentence with meaning, unit and limits; docs/options.md is generated from it. */
  readonly doc: string
  /** As text; absent = not set. */
  readonly default?: string
  readonly required?: boolean
  readonly oneOf?: readonly string[]
  readonly min?: number
  readonly max?: number
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** Checked options: every declared name that is set or has a default, under its declared spelling, as text. */
export interface CheckedOptions {
  string(name: string): string | null
  /** Throws MISSING_OPTION where the option is not set. */
  requiredString(name: string): string
  integer(name: string): number | null
  number(name: string): number | null
  boolean(name: string): boolean
}

/** Checks `given` against `specs` (case-insensitively). Throws UNKNOWN_OPTION, INVALID_OPTION or MISSING_OPTION; `owner` names the connector in messages. */
export function checkOptions(owner: string, given: Options, specs: OptionSpecs): CheckedOptions {
  const declared = new Map(Object.keys(specs).map((name) => [name.toLowerCase(), name]))
  const values = new Map<string, string>()
  for (const [name, spec] of Object.entries(specs)) if (spec.default !== undefined) values.set(name, spec.default)
  for (const [key, value] of Object.entries(given)) {
    const name = declared.get(key.toLowerCase())
    if (name === undefined) throw unknownOption(owner, key, Object.keys(specs))
    checkValue(owner, name, value, specs[name] as OptionSpec)
    values.set(name, value)
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required && !values.has(name))
      throw new MillraceError('MISSING_OPTION', `${owner} needs the option '${name}'.`, {
        hint: `Set it with .option('${name}', …). ${spec.doc}`,
        details: { owner, option: name },
      })
  }
  const string = (name: string): string | null => values.get(name) ?? null
  const number = (name: string): number | null => {
    const text = string(name)
    return text === null ? null : Number(text)
  }
  return {
    string,
    requiredString: (name) => {
      const value = string(name)
      if (value === null) throw new MillraceError('MISSING_OPTION', `${owner} needs the option '${name}'.`)
      return value
    },
    integer: number,
    number,
    boolean: (name) => string(name)?.toLowerCase() === 'true',
  }
}

export function unknownOption(owner: string, key: string, known: readonly string[]): MillraceError {
  const near = nearestName(key, known)
  return new MillraceError('UNKNOWN_OPTION', `${owner} has no option '${key}'.`, {
    hint: `${near === undefined ? '' : `Did you mean '${near}'? `}It has: ${known.join(', ') || 'none'}.`,
    details: { owner, option: key, known, ...(near === undefined ? {} : { suggestion: near }) },
  })
}

function checkValue(owner: string, name: string, value: string, spec: OptionSpec): void {
  const refuse = (what: string): never => {
    throw new MillraceError('INVALID_OPTION', `${owner}: option '${name}' is '${value}', which is not ${what}.`, {
      hint: spec.doc,
      details: { owner, option: name, value },
    })
  }
  if (spec.type === 'boolean' && !/^(true|false)$/i.test(value)) refuse("'true' or 'false'")
  if (spec.type === 'integer' && !/^[+-]?\d+$/.test(value)) refuse('a whole number')
  if (spec.type === 'bytes' && !/^\d+$/.test(value)) refuse('a whole number of bytes')
  if (spec.type === 'number' && (value.trim() === '' || !Number.isFinite(Number(value)))) refuse('a number')
  if (spec.oneOf !== undefined && !spec.oneOf.some((one) => one.toLowerCase() === value.toLowerCase()))
    refuse(`one of ${spec.oneOf.join(', ')}`)
  const numeric = Number(value)
  if (spec.min !== undefined && numeric < spec.min) refuse(`at least ${spec.min}`)
  if (spec.max !== undefined && numeric > spec.max) refuse(`at most ${spec.max}`)
}
