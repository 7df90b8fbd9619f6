import { expect, test } from 'vitest'
import type { MillraceError } from '../../error.ts'
import { FrameMemory, SLACK_BYTES } from './frame-memory.ts'
import { FrameReader } from './frame-reader.ts'

function reading(frameBytesMax = 1 << 20) {
  const frames: Uint8Array[] = []
  const faults: MillraceError[] = []
  const memory = new FrameMemory()
  const reader = new FrameReader(memory, frameBytesMax, {
    frame: (bytes) => frames.push(bytes),
    fault: (error) => faults.push(error),
    closed: () => undefined,
  })
  /** Arrives in pieces of at most `piece` bytes. */
  const arrive = (bytes: Uint8Array, piece: number): void => {
    for (let at = 0; at < bytes.length; ) {
      const room = reader.room()
      const size = Math.min(room.length, piece, bytes.length - at)
      expect(size).toBeGreaterThan(0)
      room.set(bytes.subarray(at, at + size))
      reader.received(size)
      at += size
    }
  }
  return { frames, faults, memory, reader, arrive }
}

function frameOf(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length)
  new DataView(frame.buffer).setInt32(0, body.length)
  frame.set(body, 4)
  return frame
}

test.each([1, 3, 7, 1_000_000])('frames in pieces of %i bytes', (piece) => {
  const bodies = [4, 5, 1_000, 70_000].map((length, i) => new Uint8Array(length).fill(i + 1))
  const { frames, arrive } = reading()
  arrive(Buffer.concat(bodies.map(frameOf)), piece)
  expect(frames.map((frame) => Buffer.from(frame).equals(bodies[frames.indexOf(frame)] as Uint8Array))).toEqual([true, true, true, true])
  for (const frame of frames) expect(frame.buffer.byteLength - frame.byteOffset - frame.length).toBeGreaterThanOrEqual(SLACK_BYTES)
})

test.each([
  ['too long', [0x00, 0x20, 0, 0]],
  ['negative', [0xff, 0, 0, 0]],
  ['too short', [0, 0, 0, 3]],
])('a length that is %s is a fault, after which nothing is read', (_, prefix) => {
  const { frames, faults, reader, arrive } = reading()
  arrive(Uint8Array.from(prefix), 4)
  expect(faults).toMatchObject([{ code: 'KAFKA_PROTOCOL_ERROR' }])
  arrive(frameOf(new Uint8Array(10)), 4)
  expect(frames).toEqual([])
  expect(reader.room().length).toBeGreaterThan(0)
})

test('what looks like TLS is named', () => {
  const { faults, arrive } = reading()
  arrive(Uint8Array.from([0x15, 0x03, 0x03, 0x00]), 4)
  expect(faults[0]?.hint).toContain('TLS')
})

test('memory that was given back is used again, where it is not much too large', () => {
  const memory = new FrameMemory()
  const large = memory.take(1_000_000)
  memory.give(large)
  memory.give(large)
  const next = memory.take(900_000)
  expect(next.buffer).toBe(large.buffer)
  expect(memory.take(900_000).buffer).not.toBe(large.buffer)
  memory.give(next)
  expect(memory.take(100_000).buffer).not.toBe(large.buffer)
})
