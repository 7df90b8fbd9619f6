/** What members of a classic consumer group put into the bytes of JoinGroup and SyncGroup: their subscription, and the partitions that each got. */
import { bytes, int32, int32s, message, type Read, string, strings, structs, type Write } from '../schema/definition.ts'

export const consumerSubscription = message('ConsumerProtocolSubscription', '0-3', 'none', {
  topics: strings('0+'),
  userData: bytes('0+', { nullable: '0+', default: null }),
  ownedPartitions: structs('1+', { topic: string('1+'), partitions: int32s('1+') }, { default: [], ignorable: true }),
  generationId: int32('2+', { default: -1, ignorable: true }),
  rackId: string('3+', { nullable: '3+', default: null, ignorable: true }),
})

export const consumerAssignment = message('ConsumerProtocolAssignment', '0-3', 'none', {
  assignedPartitions: structs('0+', { topic: string('0+'), partitions: int32s('0+') }),
  userData: bytes('0+', { nullable: '0+', default: null }),
})

export type ConsumerSubscription = Read<typeof consumerSubscription>
export type ConsumerSubscriptionInit = Write<typeof consumerSubscription>
export type ConsumerAssignment = Read<typeof consumerAssignment>
export type ConsumerAssignmentInit = Write<typeof consumerAssignment>
