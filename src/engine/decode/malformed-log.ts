/** The malformed records of one batch: all are counted, the first few are told. */
import type { Decoded, MalformedSample } from './decoder.ts'
import type { JsonFault } from './json-reader.ts'

const SAMPLES_MAX = 5

export class MalformedLog {
  readonly #samples: MalformedSample[] = []
  #count = 0

  note(record: number, fault: JsonFault): void {
    this.#count++
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push({ record, message: `byte ${fault.position}: ${fault.message}` })
  }

  finish(): Decoded['malformed'] {
    return { count: this.#count, samples: this.#samples }
  }
}
