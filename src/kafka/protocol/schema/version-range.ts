/** Ranges of versions, as definitions write them: '3+', '0-12', '4', 'none'. */
import { assert } from '../../../error.ts'

export interface VersionRange {
  readonly min: number
  readonly max: number
}

const OPEN = 0x7fff
const parsed = new Map<string, VersionRange>()

export function versionRange(text: string): VersionRange {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const parts = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text)
  assert(parts !== null || text === 'none', `'${text}' is not a range of versions`)
  const min = parts === null ? 1 : Number(parts[1])
  const range = { min, max: parts === null ? 0 : parts[2] === '+' ? OPEN : Number(parts[3] ?? min) }
  parsed.set(text, range)
  return range
}

export const inVersions = (text: string | undefined, version: number): boolean => {
  if (text === undefined) return false
  const { min, max } = versionRange(text)
  return version >= min && version <= max
}
