/** `format('kafka')` of writeStream: Spark's options and columns, and rows as JSON. */
import { KafkaClient } from '../../kafka/client/client.ts'
import { checkOptions } from '../../plan/contracts/options.ts'
import type { SinkProvider } from '../../plan/contracts/sink.ts'
import { clientSettings } from './client-options.ts'
import type { Connect } from './kafka-access.ts'
import { KafkaSink, type ProducerAccess } from './kafka-sink.ts'
import { recordParts, SINK, sinkOptions, sinkSettings } from './sink-settings.ts'

/** `connect` stands for the cluster in tests. */
export function kafkaSinkOn(connect: Connect<ProducerAccess>): SinkProvider {
  return Object.freeze({
    format: 'kafka',
    options: sinkOptions,
    modes: ['append', 'update', 'complete'],
    delivery: 'at-least-once',
    check: (given, schema) => {
      const checked = checkOptions(SINK, given, sinkOptions)
      clientSettings(SINK, checked)
      recordParts(schema, sinkSettings(checked))
    },
    open: (context) => {
      const checked = checkOptions(SINK, context.options, sinkOptions)
      return KafkaSink.open(context, sinkSettings(checked), connect(clientSettings(SINK, checked)(context.io)))
    },
  } satisfies SinkProvider)
}

/** Rows as records in Kafka's topics, at least once. */
export const kafkaSink: SinkProvider = kafkaSinkOn((options) => new KafkaClient(options))
