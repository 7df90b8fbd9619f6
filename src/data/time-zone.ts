/** Time zones as offsets from UTC: `UTC`, fixed offsets, and regions through the platform's Intl data. The data is the platform's; nothing is downloaded. */
import { MillraceError } from '../error.ts'

export interface TimeZone {
  readonly name: string
  /** What to add to UTC to get local time at this instant, in microseconds. */
  offsetMicros(utcMicros: bigint): bigint
  /** The offset, where it is the same at all times; else null. */
  readonly fixedMicros: bigint | null
  /** The instant of a local time. In a gap the time before the jump's offset counts, in an overlap the earlier instant, as java.time has it. */
  localToUtc(localMicros: bigint): bigint
}

const HOUR = 3_600_000_000n
const zones = new Map<string, TimeZone>()

/** The zone of this name: `UTC`, `Z`, `+02:00`, `GMT+2`, `Europe/Berlin`. Throws INVALID_OPTION. */
export function timeZone(name: string): TimeZone {
  const known = zones.get(name)
  if (known !== undefined) return known
  const zone = tryTimeZone(name)
  if (zone === null) {
    throw new MillraceError('INVALID_OPTION', `'${name}' is not a time zone.`, {
      hint: "Write 'UTC', an offset such as '+02:00', or a region such as 'Europe/Berlin'.",
      details: { timeZone: name },
    })
  }
  zones.set(name, zone)
  return zone
}

/** The same, or null where there is no such zone. */
export function tryTimeZone(name: string): TimeZone | null {
  const offset = fixedOffset(name)
  if (offset !== null) return fixedZone(name, offset)
  if (!/^[A-Za-z]/.test(name)) return null
  try {
    return regionZone(name)
  } catch {
    return null
  }
}

/** Offsets as java.time's ZoneId takes them: ±h, ±hh, ±hh:mm, ±hhmm, ±hh:mm:ss, alone or after UTC, GMT or UT; at most 18 hours. */
function fixedOffset(name: string): bigint | null {
  const text = name.trim()
  if (/^(Z|UTC|GMT|UT)$/.test(text)) return 0n
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{1,2})(?::?(\d{2}))?)?$/.exec(text)
  if (match === null) return null
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)]
  if (minutes > 59 || seconds > 59) return null
  const total = hours * 3600 + minutes * 60 + seconds
  if (total > 18 * 3600) return null
  return BigInt(match[1] === '-' ? -total : total) * 1_000_000n
}

const fixedZone = (name: string, offset: bigint): TimeZone => ({
  name,
  fixedMicros: offset,
  offsetMicros: () => offset,
  localToUtc: (local) => local - offset,
})

function regionZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  // Offsets change on quarter hours at the finest, so one look-up serves 15 minutes.
  const cache = new Map<bigint, bigint>()
  const offsetMicros = (utcMicros: bigint): bigint => {
    const quarter = floorDivide(utcMicros, 900_000_000n)
    let offset = cache.get(quarter)
    if (offset === undefined) {
      offset = offsetAt(format, Number(floorDivide(utcMicros, 1000n)))
      if (cache.size >= 100_000) cache.clear()
      cache.set(quarter, offset)
    }
    return offset
  }
  return {
    name,
    fixedMicros: null,
    offsetMicros,
    localToUtc: (local) => {
      const before = offsetMicros(local - 24n * HOUR)
      const after = offsetMicros(local + 24n * HOUR)
      for (const offset of [before, after]) if (offsetMicros(local - offset) === offset) return local - offset
      return local - before
    },
  }
}

function offsetAt(format: Intl.DateTimeFormat, utcMs: number): bigint {
  const parts = Object.fromEntries(format.formatToParts(utcMs).map((part) => [part.type, part.value]))
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year'])
  const local = new Date(0)
  local.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']))
  local.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']))
  return BigInt(local.getTime() - Math.floor(utcMs / 1000) * 1000) * 1000n
}

/** Division that rounds towards minus infinity; the divisor is positive. */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}
