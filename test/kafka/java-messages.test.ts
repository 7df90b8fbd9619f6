/**
 * Messages as Kafka's own classes write them, two in each version that is the first, the first flexible or the last: they are read here, and written as the
 * same bytes. Made anew, where there is a JDK, by
 *
 *   MILLRACE_KAFKA_SAMPLES=/tmp/samples npx vitest run test/kafka/java-messages
 *   java -cp '.cache/kafka/libs/*' test/kafka/JavaMessages.java < /tmp/samples > test/kafka/golden/java-messages.txt
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apiList } from '../../src/kafka/protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../../src/kafka/protocol/frames.ts'
import { consumerAssignment, consumerSubscription } from '../../src/kafka/protocol/messages/consumer-protocol.ts'
import type { Message } from '../../src/kafka/protocol/schema/definition.ts'
import { versionRange } from '../../src/kafka/protocol/schema/version-range.ts'
import { root } from '../program-runner.ts'
import { messageArbitrary, versionsOf } from '../property/kafka-message-arbitraries.ts'

const golden = join(root, 'test/kafka/golden/java-messages.txt')
const samples = process.env['MILLRACE_KAFKA_SAMPLES']
const messages: readonly Message[] = [...apiList.flatMap((api) => [api.request, api.response]), consumerSubscription, consumerAssignment]
const byName = new Map(messages.map((one) => [one.name, one]))
if (samples !== undefined) writeFileSync(samples, messages.flatMap(samplesOf).join('\n'))

/** Of all that is drawn, the longest that is not long. */
function samplesOf(message: Message): readonly string[] {
  const { min, max } = versionRange(message.versions)
  const flexible = versionRange(message.flexible).min
  const oldest = message.name.startsWith('Produce') ? 3 : message.name.startsWith('Fetch') ? 4 : min
  return versionsOf(message)
    .filter((version) => version === oldest || version === max || version === flexible)
    .flatMap((version) =>
      fc
        .sample(messageArbitrary(message, version), { seed: version, numRuns: 50 })
        .map(({ written }) => Buffer.from(encodeMessage(message, version, written)).toString('hex'))
        .filter((hex) => hex.length < 600 && hex.length > 0)
        .sort((a, b) => b.length - a.length)
        .slice(0, 2)
        .map((hex) => `${message.name} ${version} ${hex}`),
    )
}

test('messages of the Java classes', () => {
  const lines = readFileSync(golden, 'utf8').trim().split('\n')
  const seen = new Set<string>()
  for (const line of lines) {
    const [name = '', version = '', hex = ''] = line.split(' ')
    const message = byName.get(name)
    if (message === undefined) throw new Error(`There is no ${name}.`)
    seen.add(name)
    const again = encodeMessage(message, Number(version), decodeMessage(message, Number(version), Buffer.from(hex, 'hex')))
    expect([name, version, Buffer.from(again).toString('hex')]).toEqual([name, version, hex])
  }
  expect(messages.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([])
})
