/** A decompressor of node:zlib within a limit, whose failures are ours. */
import { recordsFault } from '../wire/fault.ts'

type NodeDecompressor = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

export const decompressorOf =
  (name: string, decompress: NodeDecompressor) =>
  (bytes: Uint8Array, sizeMax: number): Uint8Array => {
    const fault = (why: string): never => recordsFault(`it is compressed with ${name}, and ${why}`, { sizeMax })
    let opened: Uint8Array
    try {
      // Node takes no limit below 1.
      opened = decompress(bytes, { maxOutputLength: Math.max(1, sizeMax) })
    } catch (error) {
      const tooLarge = (error as { readonly code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
      return fault(tooLarge ? `would have more than ${sizeMax} bytes` : `Node says: ${(error as Error).message}`)
    }
    return opened.length > sizeMax ? fault(`would have more than ${sizeMax} bytes`) : opened
  }
