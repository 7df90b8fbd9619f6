/** All requests that are defined, by name and by key, and the version that two sides speak. */
import { MillraceError } from '../../error.ts'
import { addOffsetsToTxn } from './messages/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from './messages/add-partitions-to-txn.ts'
import { alterConfigs } from './messages/alter-configs.ts'
import { apiVersions } from './messages/api-versions.ts'
import { consumerGroupDescribe } from './messages/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from './messages/consumer-group-heartbeat.ts'
import { createPartitions } from './messages/create-partitions.ts'
import { createTopics } from './messages/create-topics.ts'
import { deleteGroups } from './messages/delete-groups.ts'
import { deleteRecords } from './messages/delete-records.ts'
import { deleteTopics } from './messages/delete-topics.ts'
import { describeCluster } from './messages/describe-cluster.ts'
import { describeConfigs } from './messages/describe-configs.ts'
import { describeGroups } from './messages/describe-groups.ts'
import { describeProducers } from './messages/describe-producers.ts'
import { describeTopicPartitions } from './messages/describe-topic-partitions.ts'
import { describeTransactions } from './messages/describe-transactions.ts'
import { endTxn } from './messages/end-txn.ts'
import { fetch } from './messages/fetch.ts'
import { findCoordinator } from './messages/find-coordinator.ts'
import { heartbeat } from './messages/heartbeat.ts'
import { incrementalAlterConfigs } from './messages/incremental-alter-configs.ts'
import { initProducerId } from './messages/init-producer-id.ts'
import { joinGroup } from './messages/join-group.ts'
import { leaveGroup } from './messages/leave-group.ts'
import { listGroups } from './messages/list-groups.ts'
import { listOffsets } from './messages/list-offsets.ts'
import { listTransactions } from './messages/list-transactions.ts'
import { metadata } from './messages/metadata.ts'
import { offsetCommit } from './messages/offset-commit.ts'
import { offsetDelete } from './messages/offset-delete.ts'
import { offsetFetch } from './messages/offset-fetch.ts'
import { offsetForLeaderEpoch } from './messages/offset-for-leader-epoch.ts'
import { produce } from './messages/produce.ts'
import { saslAuthenticate } from './messages/sasl-authenticate.ts'
import { saslHandshake } from './messages/sasl-handshake.ts'
import { syncGroup } from './messages/sync-group.ts'
import { txnOffsetCommit } from './messages/txn-offset-commit.ts'
import type { Api } from './schema/definition.ts'
import { versionRange } from './schema/version-range.ts'

export const apis = {
  addOffsetsToTxn,
  addPartitionsToTxn,
  alterConfigs,
  apiVersions,
  consumerGroupDescribe,
  consumerGroupHeartbeat,
  createPartitions,
  createTopics,
  deleteGroups,
  deleteRecords,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  describeProducers,
  describeTopicPartitions,
  describeTransactions,
  endTxn,
  fetch,
  findCoordinator,
  heartbeat,
  incrementalAlterConfigs,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  listOffsets,
  listTransactions,
  metadata,
  offsetCommit,
  offsetDelete,
  offsetFetch,
  offsetForLeaderEpoch,
  produce,
  saslAuthenticate,
  saslHandshake,
  syncGroup,
  txnOffsetCommit,
}

/** The definitions as a list, by rising key. */
export const apiList: readonly Api[] = Object.values(apis).sort((a, b) => a.key - b.key)
const byKey = new Map(apiList.map((api) => [api.key, api]))

/** The request of this key, if it is one that is defined. */
export const apiOfKey = (key: number): Api | undefined => byKey.get(key)

/** Whether `version` of the request has compact lengths and tagged fields. */
export function isFlexible(api: Api, version: number): boolean {
  const { min, max } = versionRange(api.flexible)
  return version >= min && version <= max
}

/**
 * The highest version that the other side (`min` to `max`) and this one know, and that is at most `atMost`. Throws KAFKA_VERSION_UNSUPPORTED if there is none.
 */
export function commonVersion(api: Api, min: number, max: number, atMost = Number.POSITIVE_INFINITY): number {
  const own = versionRange(api.versions)
  const version = Math.min(own.max, max, atMost)
  if (version < own.min || version < min)
    throw new MillraceError(
      'KAFKA_VERSION_UNSUPPORTED',
      `${api.name} is spoken in the versions ${min} to ${max} there, and in ${own.min} to ${Math.min(own.max, atMost)} here.`,
      { details: { api: api.name, min, max, ownMin: own.min, ownMax: own.max } },
    )
  return version
}
