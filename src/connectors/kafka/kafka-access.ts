/** What source and sink need of a client; tests have a cluster of their own making. */
import type { KafkaClient, KafkaClientOptions } from '../../kafka/client/client.ts'
import type { FetcherOptions } from '../../kafka/client/fetch/fetcher.ts'
import type { RecordFetcher } from './prefetch.ts'

export interface KafkaAccess extends Pick<KafkaClient, 'topic' | 'topics' | 'listOffsets' | 'commitOffsets' | 'close'> {
  fetcher(options?: FetcherOptions): RecordFetcher
}
export type Connect<A> = (options: KafkaClientOptions) => A
