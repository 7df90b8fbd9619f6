import { Buffer } from 'node:buffer'
import type { Lines } from '../../src/engine/decode/decoder.ts'
import type { Dice } from './record-writer.ts'

/** The records as lines, behind other bytes and before what may look like more of them. One that has a line end inside is several lines. */
export function asLines(dice: Dice, records: readonly Uint8Array[]): Lines {
  const end = dice.one(['\n', '\n', '\r\n', '\r'])
  const head = Buffer.alloc(dice.below(5), 0x31)
  const parts = records.flatMap((record) => [record, Buffer.from(dice.chance(95) ? end : dice.one(['\n', '\r\n', '\r']))])
  const behind = dice.chance(50) ? Buffer.alloc(0) : Buffer.concat([records.at(-1) ?? Buffer.alloc(0), Buffer.alloc(100, '1')])
  const whole = new Uint8Array(Buffer.concat([head, ...parts, behind]))
  return { bytes: whole.subarray(head.length, whole.length - behind.length), origin: 'test.json:1' }
}
