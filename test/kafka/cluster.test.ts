/** The broker of the tests itself: whoever asks first starts it, and all others use it. */
import { expect, test } from 'vitest'
import { describeKafka, START_MS_MAX, sharedCluster } from './cluster.ts'

describeKafka('the shared broker', () => {
  test(
    'is started once',
    async () => {
      const [one, other] = await Promise.all([sharedCluster(), sharedCluster()])
      expect(one.bootstrapServers).toMatch(/^localhost:\d+$/)
      expect(one.bootstrapServers).toBe(other.bootstrapServers)
    },
    START_MS_MAX,
  )
})
