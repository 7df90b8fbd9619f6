/** A local time as Spark's cast to string writes it (data/calendar.ts), from a number, with a memory of the last day. */
import { formatDate } from '../../../data/calendar.ts'

const two = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))
let lastDay = Number.NaN
let lastDate = ''

/** `local`: a safe integer, in microseconds. */
export function textOfLocal(local: number): string {
  const day = Math.floor(local / 86_400_000_000)
  if (day !== lastDay) [lastDay, lastDate] = [day, formatDate(day)]
  const ofDay = local - day * 86_400_000_000
  const second = Math.floor(ofDay / 1_000_000)
  const micros = ofDay - second * 1_000_000
  const minute = Math.floor(second / 60)
  const text = `${lastDate} ${two[Math.floor(minute / 60)]}:${two[minute % 60]}:${two[second % 60]}`
  return micros === 0 ? text : `${text}.${fraction(micros)}`
}

/** Six digits without the zeros at their end. */
function fraction(micros: number): string {
  let [digits, width] = [micros, 6]
  for (; digits % 10 === 0; width--) digits /= 10
  return String(digits).padStart(width, '0')
}
