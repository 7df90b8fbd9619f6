/** Ends the broker that the suites share (test/kafka/cluster.ts) after the last of them; nothing is started here. */
import { beginRun } from '../kafka/cluster.ts'

export const setup = (): (() => Promise<void>) => beginRun()
