/** What clients in Node do with a fetch: an object a record, with a Buffer each for key and value. Written as carefully as that can be. */
export interface DecodedRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [string, Buffer | null])[]
}

export function decodeObjects(bytes: Buffer): DecodedRecord[] {
  const records: DecodedRecord[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[at++] as number
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      scale *= 128
    }
  }
  const slice = (): Buffer | null => {
    const length = varint()
    if (length < 0) return null
    at += length
    return bytes.subarray(at - length, at)
  }
  for (let start = 0; start < bytes.length; start = at) {
    const baseOffset = Number(bytes.readBigInt64BE(start))
    const baseTimestamp = Number(bytes.readBigInt64BE(start + 27))
    const count = bytes.readInt32BE(start + 57)
    at = start + 61
    for (let index = 0; index < count; index++) {
      varint()
      at++
      const timestamp = baseTimestamp + varint()
      const offset = baseOffset + varint()
      const key = slice()
      const value = slice()
      const headers = Array.from({ length: varint() }, () => [(slice() ?? Buffer.alloc(0)).toString(), slice()] as const)
      records.push({ offset, timestamp, key, value, headers })
    }
  }
  return records
}
