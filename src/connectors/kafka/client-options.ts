/**
 * The options of source and sink that say how a cluster is reached: Kafka's own names behind `kafka.`, as in Spark. What is not in the list is refused rather than
 * overlooked. Nothing is opened here: files of certificates are read when the query starts.
 */
import { MillraceError } from '../../error.ts'
import type { Io, TlsSettings } from '../../io/io.ts'
import type { KafkaClientOptions } from '../../kafka/client/client.ts'
import type { SaslSettings } from '../../kafka/client/sasl/exchange.ts'
import type { CheckedOptions, OptionSpecs } from '../../plan/contracts/options.ts'

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export const clientOptions = {
  'kafka.bootstrap.servers': {
    type: 'string',
    required: true,
    doc: 'Brokers as host:port, several with commas; one that answers is enough.',
  },
  'kafka.client.id': { type: 'string', default: 'millrace', doc: 'How brokers name this client in their logs, quotas and metrics.' },
  'kafka.security.protocol': {
    type: 'string',
    default: 'PLAINTEXT',
    oneOf: protocols,
    doc: 'Whether connections are encrypted (SSL) and whether the client says who it is (SASL).',
  },
  'kafka.sasl.mechanism': { type: 'string', default: 'PLAIN', oneOf: mechanisms, doc: 'How the client says who it is.' },
  'kafka.sasl.username': { type: 'string', doc: 'The name of the user; kafka.sasl.jaas.config says it too.' },
  'kafka.sasl.password': { type: 'string', doc: 'The password of the user; kafka.sasl.jaas.config says it too.' },
  'kafka.sasl.jaas.config': {
    type: 'string',
    doc: `Name and password as Java writes them: '… required username="…" password="…";'.`,
  },
  'kafka.ssl.truststore.location': {
    type: 'string',
    doc: 'A file of certificates (PEM) that are trusted in place of the well-known ones.',
  },
  'kafka.ssl.truststore.certificates': { type: 'string', doc: 'Certificates (PEM) that are trusted in place of the well-known ones.' },
  'kafka.ssl.keystore.location': { type: 'string', doc: 'A file (PKCS #12) with the certificate and key of this client.' },
  'kafka.ssl.keystore.password': { type: 'string', doc: 'The password of that file.' },
  'kafka.ssl.keystore.certificate.chain': { type: 'string', doc: 'The certificate of this client (PEM).' },
  'kafka.ssl.keystore.key': { type: 'string', doc: 'The key of this client (PEM).' },
  'kafka.ssl.key.password': { type: 'string', doc: 'The password of the key.' },
  'kafka.ssl.endpoint.identification.algorithm': {
    type: 'string',
    default: 'https',
    oneOf: ['https', ''],
    doc: "Whether the certificate must be that of the host; '' trusts whoever answers.",
  },
  'kafka.request.timeout.ms': {
    type: 'integer',
    default: '5000',
    min: 100,
    doc: 'Milliseconds that a broker may take for an answer; a connection on which nothing comes for so long is given up, and the request made anew.',
  },
  'kafka.default.api.timeout.ms': {
    type: 'integer',
    default: '60000',
    min: 100,
    doc: 'Milliseconds for which an operation is tried again and again.',
  },
} as const satisfies OptionSpecs

/** Throws INVALID_OPTION for what does not fit together. */
export function clientSettings(owner: string, checked: CheckedOptions): (io: Io) => KafkaClientOptions {
  const protocol = checked.requiredString('kafka.security.protocol').toUpperCase()
  const servers = serversOf(owner, checked.requiredString('kafka.bootstrap.servers'))
  const sasl = protocol.startsWith('SASL') ? saslOf(owner, checked) : undefined
  return (io) => ({
    io,
    bootstrapServers: servers,
    clientId: checked.requiredString('kafka.client.id'),
    requestTimeoutMs: checked.integer('kafka.request.timeout.ms') ?? 0,
    operationTimeoutMs: checked.integer('kafka.default.api.timeout.ms') ?? 0,
    tls: protocol.endsWith('SSL') ? tlsOf(owner, checked, io) : false,
    ...(sasl === undefined ? {} : { sasl }),
  })
}

function serversOf(owner: string, text: string): readonly string[] {
  const servers = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  const wrong = servers.find((one) => !/^(\[[^\]]+\]|[^:\s]+):\d{1,5}$/.test(one))
  if (servers.length > 0 && wrong === undefined) return servers
  throw new MillraceError('INVALID_OPTION', `${owner}: option 'kafka.bootstrap.servers' is '${text}'.`, {
    hint: "Write host:port, several with commas, such as 'localhost:9092'.",
    details: { owner, option: 'kafka.bootstrap.servers', value: text },
  })
}

function saslOf(owner: string, checked: CheckedOptions): SaslSettings {
  const jaas = checked.string('kafka.sasl.jaas.config') ?? ''
  const inJaas = (name: string): string | null => {
    const [, quoted] = new RegExp(`\\b${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(jaas) ?? []
    return quoted === undefined ? null : quoted.replace(/\\(.)/g, '$1')
  }
  const username = checked.string('kafka.sasl.username') ?? inJaas('username')
  const password = checked.string('kafka.sasl.password') ?? inJaas('password')
  if (username === null || password === null)
    throw new MillraceError('MISSING_OPTION', `${owner} has no ${username === null ? 'name' : 'password'} to say who it is (SASL).`, {
      hint: "Set 'kafka.sasl.username' and 'kafka.sasl.password', or 'kafka.sasl.jaas.config'.",
    })
  const mechanism = checked.requiredString('kafka.sasl.mechanism').toLowerCase() as 'plain' | 'scram-sha-256' | 'scram-sha-512'
  return { mechanism, username, password }
}

function tlsOf(owner: string, checked: CheckedOptions, io: Io): TlsSettings {
  const given = (option: string): string | undefined => checked.string(`kafka.ssl.${option}`) ?? undefined
  const file = (option: string): Uint8Array | undefined => {
    const path = given(option)
    const bytes = path === undefined ? undefined : io.disk.readNow(path)
    if (bytes !== null) return bytes
    throw new MillraceError('INVALID_OPTION', `${owner}: there is no file '${path}', which option 'kafka.ssl.${option}' names.`)
  }
  const settings = {
    ca: given('truststore.certificates') ?? file('truststore.location'),
    pfx: file('keystore.location'),
    cert: given('keystore.certificate.chain'),
    key: given('keystore.key'),
    passphrase: given('key.password') ?? given('keystore.password'),
  }
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as TlsSettings
  return { ...set, verify: given('endpoint.identification.algorithm') !== '' }
}
