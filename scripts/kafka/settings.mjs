/** The settings of the brokers, and their disks formatted. Small on purpose: one partition count, one copy where one broker is, no waiting for groups. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { storePassword } from './certificates.mjs'

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))

/** Who may enter a secure cluster: `millrace` may do everything, `stranger` nothing. The same for PLAIN and SCRAM; with OAUTHBEARER the token says who it is. */
export const users = { millrace: 'millrace-secret', stranger: 'stranger-secret' }

export const logging = `-Dlog4j2.configurationFile=${join(here, 'log4j2.yaml')}`

export function settingsOf({ folder, broker, brokers, secure, more }) {
  const copies = Math.min(3, brokers.length)
  const least = Math.min(2, copies)
  const { CONTROLLER, ...clients } = broker.ports
  const listeners = (ports) => Object.entries(ports).map(([name, port]) => `${name}://127.0.0.1:${port}`)
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': brokers.map(({ id, ports }) => `${id}@127.0.0.1:${ports.CONTROLLER}`).join(','),
    listeners: listeners(broker.ports).join(','),
    'advertised.listeners': listeners(clients).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': Object.keys(broker.ports)
      .map((name) => `${name}:${name === 'CONTROLLER' ? 'PLAINTEXT' : name}`)
      .join(','),
    'log.dirs': join(folder, String(broker.id), 'data'),
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': least,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': least,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': least,
    'group.initial.rebalance.delay.ms': 0,
    // Tests write times of their own, some of them long ago.
    'log.retention.hours': -1,
    // A topic that was deleted is gone soon, and the time allowed to restart is short.
    'log.segment.delete.delay.ms': 1000,
    'controlled.shutdown.enable': true,
    ...(secure ? secureSettings(folder) : {}),
    ...Object.fromEntries(more.map((setting) => [setting.split('=', 1)[0], setting.slice(setting.indexOf('=') + 1)])),
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

function secureSettings(folder) {
  const plain = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`)
  const login = (module, options = '') => `org.apache.kafka.common.security.${module} required${options};`
  const settings = {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': join(folder, 'broker.p12'),
    'ssl.keystore.password': storePassword,
    'ssl.key.password': storePassword,
    'ssl.truststore.type': 'PKCS12',
    'ssl.truststore.location': join(folder, 'trusted.p12'),
    'ssl.truststore.password': storePassword,
    'listener.name.ssl.ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:millrace;User:CN=client',
  }
  for (const listener of ['sasl_ssl', 'sasl_plaintext']) {
    const name = `listener.name.${listener}`
    settings[`${name}.plain.sasl.jaas.config`] = login('plain.PlainLoginModule', ` ${plain.join(' ')}`)
    for (const size of [256, 512]) settings[`${name}.scram-sha-${size}.sasl.jaas.config`] = login('scram.ScramLoginModule')
    settings[`${name}.oauthbearer.sasl.jaas.config`] = login(
      'oauthbearer.OAuthBearerLoginModule',
      ' unsecuredLoginStringClaim_sub="unused"',
    )
  }
  return settings
}

/** Formats the disk of each broker, with the users for SCRAM. */
export async function format({ folder, brokers, jars, secure }) {
  const tool = ['-XX:TieredStopAtLevel=1', logging, '-cp', join(jars, '*'), 'kafka.tools.StorageTool']
  const { stdout } = await run('java', [...tool, 'random-uuid'])
  const scram = secure
    ? Object.entries(users).flatMap(([name, password]) =>
        [256, 512].flatMap((size) => ['--add-scram', `SCRAM-SHA-${size}=[name=${name},password=${password}]`]),
      )
    : []
  for (const { id } of brokers) {
    const settings = join(folder, String(id), 'server.properties')
    const { stderr } = await run('java', [...tool, 'format', '-t', stdout.trim(), '-c', settings, ...scram])
    writeFileSync(join(folder, String(id), 'format.log'), stderr)
  }
}
