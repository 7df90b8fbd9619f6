/** Rows of Kafka's topics as the compiler knows them. This file is compiled, never run. */
import type { sourceOptions } from '../../src/connectors/kafka/source-settings.ts'
import { json, type KafkaRow, type KafkaSourceOptions, type StreamSession, type Timestamp, t } from '../../src/index.ts'
import { rowIs, typeIs } from './assertions.ts'

declare const session: StreamSession
const servers = { bootstrapServers: 'localhost:9092', subscribe: 'orders' } as const

// the records, by the shorthand and by options
rowIs<KafkaRow>()(session.readStream.kafka(servers), true)
const options = session.readStream.format('kafka').option('kafka.bootstrap.servers', 'localhost:9092').option('subscribe', 'orders')
rowIs<KafkaRow>()(options.load(), true)
// @ts-expect-error the servers are required
session.readStream.format('kafka').option('subscribe', 'orders').load()
// @ts-expect-error there is no such option
session.readStream.format('kafka').option('subscribes', 'orders')

// values, and what else there is of a record as hidden columns unless a value has the name
const events = session.readStream.kafka({ ...servers, startingOffsets: 'earliest', value: json({ id: t.long, timestamp: t.string }) })
rowIs<{ id: number; timestamp: string }>()(events, true)
rowIs<{ timestamp: string; key: Uint8Array | null; offset: number }>()(events.select('timestamp', 'key', 'offset'), true)
const others = session.readStream.kafka({ ...servers, value: json('id LONG') })
rowIs<{ timestamp: Timestamp; topic: string }>()(others.select('timestamp', 'topic'), true)
// @ts-expect-error a value that is decoded has no raw value beside it
others.select('value')
// @ts-expect-error a misspelt type
session.readStream.kafka({ ...servers, value: json('id LNG') })
// @ts-expect-error values are read by a schema
session.readStream.kafka({ ...servers, value: json() })

// the interface knows the options that the source has
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
typeIs<Same<keyof KafkaSourceOptions, keyof typeof sourceOptions>>()(true as const, true)

// writing
events.writeStream
  .kafka({ bootstrapServers: ['a:9092', 'b:9092'], topic: 'out', key: 'id', value: json() })
  .option('checkpointLocation', './cp')
// @ts-expect-error the key is no column of the rows
events.writeStream.kafka({ bootstrapServers: 'a:9092', topic: 'out', key: 'idd', value: json() })
// @ts-expect-error rows have a schema already
events.writeStream.kafka({ bootstrapServers: 'a:9092', topic: 'out', value: json('id LONG') })
