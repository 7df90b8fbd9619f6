/** The producer id and epoch that number batches. A new epoch shuts out what is still on its way under the old one. */
import { apis } from '../../protocol/apis.ts'
import type { Cluster } from '../cluster.ts'
import { brokerFailure } from '../failure.ts'
import type { ProducerIdentity } from './partition-queue.ts'

/** From this version on, an id can get its next epoch. */
const NEXT_EPOCH_VERSION = 3
const EPOCH_MAX = 32_767

export function newIdentity(cluster: Cluster, before: ProducerIdentity | null): Promise<ProducerIdentity> {
  return cluster.attempt(async (attempt) => {
    if (attempt > 0 || cluster.topology.brokers.length === 0) await cluster.refresh([])
    return cluster.ofAny(async (connection) => {
      const version = connection.versionOf(apis.initProducerId)
      const next = version >= NEXT_EPOCH_VERSION && before !== null && before.producerEpoch < EPOCH_MAX - 1 ? before : {}
      const body = { transactionalId: null, transactionTimeoutMs: 0x7fff_ffff, ...next }
      const { errorCode, producerId, producerEpoch } = await connection.request(apis.initProducerId, body, { version })
      if (errorCode !== 0) throw brokerFailure(errorCode, 'give a producer id')
      return { producerId, producerEpoch }
    })
  })
}
