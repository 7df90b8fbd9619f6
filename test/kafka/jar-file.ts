/** Reads single entries of a jar, which is a zip file: its directory stands at the end, and entries are stored or deflated. */
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

const [DIRECTORY_END, DIRECTORY_ENTRY] = [0x06054b50, 0x02014b50]
const DEFLATED = 8

export class JarFile {
  readonly #bytes: Buffer
  /** Where the local header of each entry stands, and its sizes. */
  readonly #entries = new Map<string, { readonly at: number; readonly method: number; readonly packedBytes: number }>()

  constructor(path: string) {
    const bytes = readFileSync(path)
    this.#bytes = bytes
    let end = bytes.length - 22
    while (end >= 0 && bytes.readUInt32LE(end) !== DIRECTORY_END) end--
    let at = bytes.readUInt32LE(end + 16)
    for (let left = bytes.readUInt16LE(end + 10); left > 0 && bytes.readUInt32LE(at) === DIRECTORY_ENTRY; left--) {
      const nameBytes = bytes.readUInt16LE(at + 28)
      const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes)
      this.#entries.set(name, {
        at: bytes.readUInt32LE(at + 42),
        method: bytes.readUInt16LE(at + 10),
        packedBytes: bytes.readUInt32LE(at + 20),
      })
      at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
    }
  }

  text(name: string): string {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new Error(`The jar has no ${name}.`)
    const from = entry.at + 30 + this.#bytes.readUInt16LE(entry.at + 26) + this.#bytes.readUInt16LE(entry.at + 28)
    const packed = this.#bytes.subarray(from, from + entry.packedBytes)
    return (entry.method === DEFLATED ? inflateRawSync(packed) : packed).toString('utf8')
  }
}
