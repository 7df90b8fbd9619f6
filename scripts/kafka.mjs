/**
 * A real Apache Kafka (KRaft) for tests and development, on this machine alone: `node scripts/kafka.mjs start`, `… stop`. It needs Java 17 and Maven, whose
 * jars are brought once into .cache/kafka. Everything else of a cluster (settings, data, logs, certificates) is in one folder; what stands there is used
 * again, so that starting what runs changes nothing, and what was stopped comes back on its ports with its data. The brokers outlive this command.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startBroker, stopBroker } from './kafka/broker.mjs'
import { makeCertificates } from './kafka/certificates.mjs'
import { findJars, javaProblem, root } from './kafka/jars.mjs'
import { answeringBroker, freePorts } from './kafka/network.mjs'
import { format, settingsOf, users } from './kafka/settings.mjs'

const usage = `Usage: node scripts/kafka.mjs <command> [options]

  start    starts a cluster, or what of it does not run; says where it listens
  stop     stops it; its data stays
  status   says what runs
  jars     brings the jars, and does nothing else
  check    fails with the reason where this machine cannot run Kafka

  --folder <path>      where the cluster lives (.cache/kafka/development)
  --port <n>           of the first broker, the others follow; 0 takes free ones (9092)
  --brokers <n>        how many, at the first start (1)
  --secure             listeners with TLS and SASL, users and access rights, at the first start
  --set <key=value>    a setting of the brokers, at the first start; again for more
  --heap <size>        of each broker (512m)
  --java=<options>     for each broker, instead of those that make it start fast
  --only <id>          starts or stops this broker alone
  --kill               stops without a goodbye
  --fresh              forgets the cluster that is in the folder
  --json               answers for programs`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: join(root, '.cache/kafka/development') },
    port: { type: 'string', default: '9092' },
    brokers: { type: 'string', default: '1' },
    secure: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
    heap: { type: 'string', default: '512m' },
    java: { type: 'string', default: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto' },
    only: { type: 'string' },
    kill: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const folder = resolve(values.folder)
const file = join(folder, 'cluster.json')
const commands = { start, stop, status, jars: async () => console.log(findJars()), check }
const command = commands[positionals[0]]
if (command === undefined) {
  console.error(usage)
  process.exit(1)
}
try {
  await command()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}

async function start() {
  if (values.fresh) await forget()
  const jars = findJars()
  const cluster = knownCluster() ?? (await newCluster(jars))
  const chosen = chosenOf(cluster)
  await Promise.all(chosen.map((broker) => startBroker({ folder, jars, broker, heap: values.heap, java: values.java.split(' ') })))
  await status()
}

async function stop() {
  const cluster = knownCluster()
  if (cluster !== null) await Promise.all(chosenOf(cluster).map((broker) => stopBroker({ folder, broker, kill: values.kill })))
  if (!values.json) console.log('Kafka is stopped.')
}

async function status() {
  const cluster = knownCluster()
  if (cluster === null) throw new Error(`There is no cluster in ${folder}. Start one with: node scripts/kafka.mjs start`)
  const running = await Promise.all(cluster.brokers.map((broker) => answeringBroker(broker.ports.PLAINTEXT, broker.id)))
  const brokers = cluster.brokers.map((broker, i) => ({ ...broker, running: running[i] }))
  if (values.json) return console.log(JSON.stringify({ ...cluster, brokers, folder, ...(cluster.secure ? { users } : {}) }))
  for (const { id, ports, running } of brokers) {
    const { CONTROLLER, ...listeners } = ports
    const places = Object.entries(listeners).map(([name, port]) => `${name} localhost:${port}`)
    console.log(`Kafka ${id} ${running ? 'runs' : 'is stopped'}: ${places.join(', ')}`)
  }
}

async function check() {
  const problem = javaProblem()
  if (problem !== null) throw new Error(problem)
}

async function newCluster(jars) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { secure } = values
  const names = ['PLAINTEXT', 'CONTROLLER', ...(secure ? ['SSL', 'SASL_SSL', 'SASL_PLAINTEXT'] : [])]
  const count = Number(values.brokers)
  const first = Number(values.port)
  const ports = first === 0 ? await freePorts(count * names.length) : Array.from({ length: count * names.length }, (_, i) => first + i)
  // The listeners of clients come first, so that brokers on 9092, 9093, … are where people look for them.
  const brokers = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    ports: Object.fromEntries(names.map((name, j) => [name, ports[j * count + i]])),
  }))
  if (secure) makeCertificates(folder)
  for (const broker of brokers) {
    mkdirSync(join(folder, String(broker.id)))
    writeFileSync(join(folder, String(broker.id), 'server.properties'), settingsOf({ folder, broker, brokers, secure, more: values.set }))
  }
  await format({ folder, brokers, jars, secure })
  const cluster = { secure, brokers }
  // Written last: a folder without it is not a cluster, and is made anew.
  writeFileSync(file, JSON.stringify(cluster))
  return cluster
}

async function forget() {
  const cluster = knownCluster()
  if (cluster !== null) await Promise.all(cluster.brokers.map((broker) => stopBroker({ folder, broker, kill: true })))
  rmSync(folder, { recursive: true, force: true })
}

function knownCluster() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

function chosenOf(cluster) {
  return cluster.brokers.filter(({ id }) => values.only === undefined || id === Number(values.only))
}
