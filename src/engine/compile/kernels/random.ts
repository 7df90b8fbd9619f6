/** Kernels of the functions whose values are drawn: each gives a stream of values that follows from its seed alone. */
import type { RandomKernel } from '../kernel.ts'
import { Sfc32 } from './sfc32.ts'
import { XorShiftRandom } from './xor-shift-random.ts'

const doubles =
  (next: (random: XorShiftRandom) => number): RandomKernel =>
  ([low, high]) => {
    const random = new XorShiftRandom(high, low)
    return (length) => {
      const values = new Float64Array(length)
      for (let row = 0; row < length; row++) values[row] = next(random)
      return { kind: 'double', length, validity: null, values }
    }
  }

const UUID_BYTES = 36
const HYPHEN = 0x2d
const DIGITS = new TextEncoder().encode('0123456789abcdef')

/** Version 4 of RFC 9562: 122 bits of chance. As bytes, since most are only passed on to a sink. */
const uuids: RandomKernel = (seed) => {
  const random = new Sfc32(seed)
  return (length) => {
    const bytes = new Uint8Array(length * UUID_BYTES)
    let at = 0
    const write = (word: number, from: number, to: number): void => {
      for (let shift = from; shift > to; shift -= 4) bytes[at++] = DIGITS[(word >>> (shift - 4)) & 15] as number
    }
    for (let row = 0; row < length; row++) {
      const second = (random.word() & 0xffff0fff) | 0x4000
      const third = (random.word() & 0x3fffffff) | 0x80000000
      write(random.word(), 32, 0)
      bytes[at++] = HYPHEN
      write(second, 32, 16)
      bytes[at++] = HYPHEN
      write(second, 16, 0)
      bytes[at++] = HYPHEN
      write(third, 32, 16)
      bytes[at++] = HYPHEN
      write(third, 16, 0)
      write(random.word(), 32, 0)
    }
    return {
      kind: 'string',
      form: 'slices',
      length,
      validity: null,
      bytes,
      offsets: Int32Array.from({ length }, (_, row) => row * UUID_BYTES),
      lengths: new Int32Array(length).fill(UUID_BYTES),
    }
  }
}

export const randomKernels: Readonly<Record<string, RandomKernel>> = {
  rand: doubles((random) => random.double()),
  randn: doubles((random) => random.gaussian()),
  uuid: uuids,
}
