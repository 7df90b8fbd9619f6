/**
 * Our definitions of Kafka's messages beside the schemas inside kafka-clients.jar: field for field, in every version that both have. MILLRACE_KAFKA_LIBS may name
 * another folder of jars than the one of scripts/kafka.mjs. Without a jar there is nothing to compare with, and the test is skipped; in CI it may not be.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apiList } from '../../src/kafka/protocol/apis.ts'
import { consumerAssignment, consumerSubscription } from '../../src/kafka/protocol/messages/consumer-protocol.ts'
import { requestHeader, responseHeader } from '../../src/kafka/protocol/messages/headers.ts'
import { defaultOf } from '../../src/kafka/protocol/schema/defaults.ts'
import type { Field, Fields, Message } from '../../src/kafka/protocol/schema/definition.ts'
import { inVersions, versionRange } from '../../src/kafka/protocol/schema/version-range.ts'
import { UUID_ZERO } from '../../src/kafka/protocol/wire/uuid.ts'
import { root } from '../program-runner.ts'
import { JarFile } from './jar-file.ts'

/** Where `node scripts/kafka.mjs jars` puts them. */
const cache = join(root, '.cache/kafka')
const libs = existsSync(cache) ? readdirSync(cache).find((name) => /^libs-[\d.]+$/.test(name)) : undefined
const folder = process.env['MILLRACE_KAFKA_LIBS'] ?? join(cache, libs ?? 'libs')
const jarName = existsSync(folder) ? readdirSync(folder).find((name) => /^kafka-clients-\d.*\.jar$/.test(name)) : undefined
const jar = jarName === undefined ? undefined : new JarFile(join(folder, jarName))

interface KafkaField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean
  readonly ignorable?: boolean | string
  readonly fields?: readonly KafkaField[]
}
interface KafkaMessage {
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly latestVersionUnstable?: boolean
  readonly fields: readonly KafkaField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly KafkaField[] }[]
}
/** What must be equal of a field in one version. */
type Shape = readonly [name: string, type: string, facts: Readonly<Record<string, unknown>>, fields: readonly Shape[]]

const schema = (name: string): KafkaMessage =>
  JSON.parse(jar?.text(`common/message/${name}.json`).replace(/^\s*\/\/.*$/gm, '') ?? '') as KafkaMessage
/** The newest version of a request may still change; it says so, and its response does not. */
const unstable = (name: string): boolean =>
  schema(name.replace('ResponseHeader', 'RequestHeader').replace(/Response$/, 'Request')).latestVersionUnstable === true
const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
const number = (kind: string): boolean => /^(u?int|float)/.test(kind)

function theirs(fields: readonly KafkaField[], whole: KafkaMessage, version: number): readonly Shape[] {
  return fields
    .filter((one) => inVersions(one.versions, version))
    .map((one) => {
      const type = one.type.replace('[]', '')
      const isStruct = /^[A-Z]/.test(type)
      const inner = one.fields ?? whole.commonStructs?.find(({ name }) => name === type)?.fields ?? []
      const kind = isStruct ? 'struct' : type
      return [
        camel(one.name),
        `${kind}${one.type.startsWith('[]') ? '[]' : ''}`,
        {
          nullable: inVersions(one.nullableVersions, version),
          tag: inVersions(one.taggedVersions, version) ? one.tag : undefined,
          ignorable: String(one.ignorable ?? false) === 'true',
          default: theirDefault(one, kind),
        },
        isStruct ? theirs(inner, whole, version) : [],
      ]
    })
}

function theirDefault({ type, default: value }: KafkaField, kind: string): unknown {
  if (value === 'null') return null
  if (type.startsWith('[]') || kind === 'struct' || kind === 'bytes' || kind === 'records') return 'empty'
  if (kind === 'bool') return String(value ?? false) === 'true'
  if (kind === 'uuid') return UUID_ZERO
  // The greatest long stands for "none", which is the greatest offset here.
  if (number(kind)) return Math.min(Number(value ?? 0), Number.MAX_SAFE_INTEGER)
  return value ?? ''
}

function ours(fields: Fields, version: number): readonly Shape[] {
  return Object.entries(fields)
    .filter(([, field]) => inVersions(field.versions, version))
    .map(([name, field]) => [
      name,
      `${field.kind.replace('Near', '')}${field.array ? '[]' : ''}`,
      {
        nullable: inVersions(field.nullable, version),
        tag: field.tag,
        ignorable: field.ignorable ?? false,
        default: ourDefault(field),
      },
      field.kind === 'struct' ? ours(field.fields ?? {}, version) : [],
    ])
}

function ourDefault(field: Field): unknown {
  const value = defaultOf(field)
  return value !== null && (field.array || ['struct', 'bytes', 'records'].includes(field.kind)) ? 'empty' : value
}

describe.skipIf(jar === undefined)(
  `definitions beside ${jarName ?? 'the jar of Kafka, which is not here: node scripts/kafka.mjs jars'}`,
  () => {
    const messages: readonly Message[] = [
      ...apiList.flatMap((api) => [api.request, api.response]),
      ...[requestHeader, responseHeader, consumerSubscription, consumerAssignment],
    ]
    test.each(messages.map((one) => [one.name, one] as const))('%s', (name, message) => {
      const their = schema(name)
      const own = versionRange(message.versions)
      const valid = versionRange(their.validVersions)
      // The client's id has no compact form; the header's tagged fields are written by frames.ts.
      if (message !== requestHeader) expect(message.flexible).toBe(their.flexibleVersions)
      expect(own.min).toBeLessThanOrEqual(valid.min)
      expect(own.max).toBe(unstable(name) ? valid.max - 1 : valid.max)
      for (let version = valid.min; version <= own.max; version++)
        expect([version, ours(message.fields, version)]).toEqual([version, theirs(their.fields, their, version)])
    })
    test('keys', () => {
      const wrong = apiList.filter((api) => (schema(`${api.name}Request`) as { apiKey?: number }).apiKey !== api.key)
      expect(wrong.map((api) => api.name)).toEqual([])
    })
  },
)
