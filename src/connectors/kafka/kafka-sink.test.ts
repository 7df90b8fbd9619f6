/** What rows become as records, without a broker, and what is refused before anything starts. */
import { describe, expect, test } from 'vitest'
import * as types from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { batchFromDatums } from '../../data/vector-builder.ts'
import { realIo } from '../../io/real.ts'
import type { TopicWriter } from '../../kafka/client/produce/producer.ts'
import type { Options } from '../../plan/nodes/relation.ts'
import type { RecordProducer } from './kafka-sink.ts'
import { kafkaSinkOn } from './kafka-sink-provider.ts'

const base = { 'kafka.bootstrap.servers': 'a:9092' }
const schemaOf = (columns: Readonly<Record<string, types.DataType>>) =>
  types.structType(Object.entries(columns).map(([name, type]) => types.field(name, type)))

/** Writes down what it is given. */
function recorder() {
  const records: string[] = []
  let failure: Error | null = null
  let blocks = 0
  const producer: RecordProducer = {
    topic: async (name) =>
      ({
        partitionCount: 1,
        appendRange(_time, bytes, keyStart, keyEnd, valueStart, valueEnd, partition) {
          const text = (start: number, end: number): string => (start < 0 ? 'null' : `'${Buffer.from(bytes.subarray(start, end))}'`)
          records.push(`${name}/${partition ?? '?'} ${text(keyStart, keyEnd)} ${text(valueStart, valueEnd)}`)
          return 0
        },
      }) as TopicWriter,
    get isFull() {
      return records.length > 0 && ++blocks % 2 === 1
    },
    room: async () => void records.push('waits'),
    flush: async () => {
      if (failure !== null) throw failure
      records.push('flush')
    },
    close: () => void records.push('close'),
  }
  const provider = kafkaSinkOn(() => ({ producer: async () => producer, close: async () => undefined }))
  const open = (schema: types.StructType, options: Options) => {
    provider.check?.({ ...base, ...options }, schema, 'append')
    const context = { options: { ...base, ...options }, schema, mode: 'append', queryId: 'q', queryName: null, timeZone: 'UTC' } as const
    return provider.open({ ...context, io: realIo, signal: new AbortController().signal })
  }
  const fail = (error: Error): void => {
    failure = error
  }
  return { records, provider, open, fail }
}

async function recordsOf(columns: Readonly<Record<string, types.DataType>>, rows: readonly (readonly Datum[])[], options: Options) {
  const { records, open } = recorder()
  const schema = schemaOf(columns)
  const sink = await open(schema, options)
  const epoch = { epoch: 3, batchTimeMs: 0, lineage: 0 }
  await sink.begin(epoch)
  await sink.write(batchFromDatums(schema, rows))
  expect(await sink.commit(epoch, { epoch: 3, lineage: 0, beginChecksum: 0 })).toEqual({ epoch: 3 })
  expect(records.pop()).toBe('flush')
  return records
}

const { stringType, binaryType, intType, longType, booleanType, doubleType, timestampType } = types

test("Spark's columns; others are not written", async () => {
  const columns = { KEY: stringType, value: binaryType, topic: stringType, partition: intType, other: intType }
  const rows: Datum[][] = [
    ['k', Buffer.from('v'), 't1', 2, 1],
    [null, null, 't2', null, 1],
    ['', Buffer.from(''), 't1', 0, 1],
  ]
  expect(await recordsOf(columns, rows, {})).toEqual(["t1/2 'k' 'v'", 't2/? null null', "t1/0 '' ''"])
  expect(await recordsOf(columns, rows, { topic: 't' })).toEqual(["t/2 'k' 'v'", 't/? null null', "t/0 '' ''"])
})

test('rows as JSON, with a key of their own', async () => {
  const json = { topic: 't', valueFormat: 'json' }
  expect(await recordsOf({ id: intType, topic: stringType }, [[1, 'x']], json)).toEqual([`t/? null '{"id":1,"topic":"x"}'`])
  for (const [type, datum, text] of [
    [intType, -5, '-5'],
    [longType, 2n ** 60n, String(2n ** 60n)],
    [doubleType, 1.5, '1.5'],
    [booleanType, true, 'true'],
    [stringType, 'é', 'é'],
  ] as const)
    expect(await recordsOf({ k: type, n: intType }, [[datum, null]], { ...json, keyColumn: 'k' })).toEqual([
      expect.stringMatching(new RegExp(`^t/\\? '${text}' '\\{"k":`)),
    ])
})

test('waits where the producer is full, and fails at the commit with what was not written', async () => {
  const { records, open, fail } = recorder()
  const schema = schemaOf({ value: stringType })
  const sink = await open(schema, { topic: 't' })
  await sink.write(
    batchFromDatums(
      schema,
      Array.from({ length: 1500 }, (_, index) => [String(index)]),
    ),
  )
  expect(records.filter((one) => one !== 'waits')).toHaveLength(1500)
  expect(records.filter((one) => one === 'waits').length).toBeGreaterThan(0)
  fail(new Error('not written'))
  const epoch = { epoch: 0, batchTimeMs: 0, lineage: 0 }
  await expect(sink.commit(epoch, { epoch: 0, lineage: 0, beginChecksum: 0 })).rejects.toThrow('not written')
  await sink.abort(epoch)
  await sink.close()
  await sink.close()
})

test('a row without a topic fails the epoch', async () => {
  await expect(recordsOf({ value: stringType, topic: stringType }, [['v', null]], {})).rejects.toThrow(/SINK_FAILED.*no topic/)
})

describe('what is refused', () => {
  const value = { value: stringType }
  test.each([
    ['no topic', value, {}, /MISSING_OPTION.*'topic'/],
    ['no topic for JSON', value, { valueFormat: 'json' }, /MISSING_OPTION.*'topic'/],
    ['no value', { id: intType }, { topic: 't' }, /UNRESOLVED_COLUMN.*'value'.*has: id.*json\(\)/],
    ['a value that has no bytes', { value: intType }, { topic: 't' }, /DATATYPE_MISMATCH.*'value' is int/],
    ['a partition of another type', { ...value, partition: stringType }, { topic: 't' }, /DATATYPE_MISMATCH.*'partition'/],
    ['a key column beside columns', value, { topic: 't', keyColumn: 'value' }, /INVALID_OPTION.*keyColumn/],
    ['a key column that is not there', value, { topic: 't', valueFormat: 'json', keyColumn: 'k' }, /UNRESOLVED_COLUMN.*'k'/],
    ['a key that has no text', { at: timestampType }, { topic: 't', valueFormat: 'json', keyColumn: 'at' }, /DATATYPE_MISMATCH.*'at'/],
    ['headers', { ...value, headers: stringType }, { topic: 't' }, /UNSUPPORTED_OPERATION.*headers/],
    ['headers by option', value, { topic: 't', includeHeaders: 'true' }, /UNSUPPORTED_OPERATION.*headers/],
    ['acks that lose records', value, { topic: 't', 'kafka.acks': '0' }, /INVALID_OPTION.*kafka.acks/],
    ['a setting of the Java client', value, { topic: 't', 'kafka.key.serializer': 'x' }, /UNKNOWN_OPTION/],
  ] as const)('%s', (_what, columns, options: Options, message) => {
    const { provider } = recorder()
    expect(() => provider.check?.({ ...base, ...options }, schemaOf(columns), 'append')).toThrow(message)
  })
})
