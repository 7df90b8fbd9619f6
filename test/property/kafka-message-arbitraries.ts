/** Messages of Kafka's protocol at random, made from their definitions: every field of a version, with nulls, empty and long values. */
import fc from 'fast-check'
import { defaultOf } from '../../src/kafka/protocol/schema/defaults.ts'
import type { Field, Fields, Message } from '../../src/kafka/protocol/schema/definition.ts'
import { inVersions, versionRange } from '../../src/kafka/protocol/schema/version-range.ts'

export const versionsOf = (message: Message): readonly number[] => {
  const { min, max } = versionRange(message.versions)
  return Array.from({ length: max - min + 1 }, (_, index) => min + index)
}

/** What is written, and what is then read: the same, with the defaults of what the version lacks. */
export interface MessageCase {
  readonly written: Readonly<Record<string, unknown>>
  readonly read: Readonly<Record<string, unknown>>
}

export function messageArbitrary(message: Message, version: number): fc.Arbitrary<MessageCase> {
  return structArbitrary(message.fields, version).map((written) => ({ written, read: completed(message.fields, written) }))
}

function structArbitrary(fields: Fields, version: number): fc.Arbitrary<Record<string, unknown>> {
  const present = Object.entries(fields).filter(([, field]) => inVersions(field.versions, version))
  const mayLack = new Set(present.filter(([, { default: value, tag }]) => value !== undefined || tag !== undefined).map(([name]) => name))
  return fc.record(Object.fromEntries(present.map(([name, field]) => [name, fieldArbitrary(field, version)])), {
    requiredKeys: present.map(([name]) => name).filter((name) => !mayLack.has(name)),
    noNullPrototype: true,
  })
}

function fieldArbitrary(field: Field, version: number): fc.Arbitrary<unknown> {
  const one = field.kind === 'struct' ? structArbitrary(field.fields ?? {}, version) : scalars[field.kind]
  const value = field.array ? fc.array(one, { maxLength: 3 }) : one
  return inVersions(field.nullable, version) ? fc.option(value, { freq: 4 }) : value
}

const int64 = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 2 }))
const bytes = fc
  .oneof({ weight: 9, arbitrary: fc.uint8Array({ maxLength: 20 }) }, { weight: 1, arbitrary: fc.constant(new Uint8Array(9000).fill(7)) })
  .map((one) => Buffer.from(one))
const scalars: Readonly<Record<Exclude<Field['kind'], 'struct'>, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32768, max: 32767 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 4294967295 }),
  int64,
  int64Near: int64,
  float64: fc.double({ noNaN: true }),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((one) => Buffer.from(one).toString('base64url')),
  string: fc.oneof(
    { weight: 9, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(300), 'é'.repeat(16_000)) },
  ),
  bytes,
  records: bytes,
}

function completed(fields: Fields, written: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const value = written[name]
      if (value === undefined) return [name, defaultOf(field)]
      if (value === null || field.kind !== 'struct') return [name, value]
      const inner = (one: unknown): unknown => completed(field.fields ?? {}, one as Record<string, unknown>)
      return [name, field.array ? (value as readonly unknown[]).map(inner) : inner(value)]
    }),
  )
}
