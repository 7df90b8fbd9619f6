/**
 * Named points at which a crash is worth trying, in shipping code. While nothing is armed a point costs one comparison. Tests arm them: to kill the process
 * (scripts that run a real query in a child process), or to throw in a simulation.
 */

/** Every point, with what has happened when it is reached. */
export const crashPoints = {
  'runner.claimed': 'A runner epoch was claimed; nothing was read yet.',
  'runner.fenced': 'The sink shut older runners out; the journal was not read yet.',
  'recovery.read': 'The old journal was read, and what was read is durable.',
  'recovery.state': 'State was made again from its files.',
  'recovery.sealed': 'The new journal segment with the sealed old one in it is durable.',
  'begin.written': 'A begin frame was written and not synced.',
  'begin.synced': 'A begin frame is durable; the epoch has not run.',
  'epoch.read': 'All input of the epoch was read; nothing is emitted yet.',
  'state.written': 'A state file was written and not synced.',
  'state.synced': 'The state file is durable; the sink has not committed.',
  'sink.before-commit': 'All rows of the epoch were written to the sink, and it is about to be told to commit.',
  'sink.committed': 'The sink committed; the journal does not know.',
  'commit.written': 'A commit frame was written and not synced.',
  'commit.synced': 'The commit frame is durable; the sources were not told.',
  'source.committed': 'The sources were told of the commit.',
  'journal.rolled': 'A new segment of the journal was created; nothing was appended to it.',
  'purge.segment': 'A segment of the journal that is not needed any more was removed; state files that it named are still there.',
  'purge.state': 'Some of the state files that are not needed any more were removed.',
  'log.written': 'Entries of a source log were written and not synced.',
  'log.synced': 'Entries of a source log are durable; the source does not know.',
  'files.part-written': 'A part of the file sink was written under its hidden name and not synced.',
  'files.part-linked': 'The epoch is published; some of its parts have their names.',
  'files.manifest-written': 'The manifest entry was written under its hidden name.',
  'files.manifest-linked': 'The manifest entry has its name: the epoch is published.',
  'files.compacted': 'A compacted manifest was published; the entries in it were not removed.',
  'files.fenced': 'The file sink claimed its runner epoch; what older runners left was not removed.',
  'stop.requested': 'The query was asked to stop; nothing was closed.',
} as const
export type CrashPoint = keyof typeof crashPoints

let armed: ((point: CrashPoint) => void) | null = null

/** Says that a point is reached. */
export function crashPoint(point: CrashPoint): void {
  if (armed !== null) armed(point)
}

/**
 * Calls `reach` at every point from now on; null turns it off. For the whole process.
 *
 * @example
 * ```ts
 * import { armCrashPoints, SimulatedCrash, simulatedIo } from 'millrace/testing'
 *
 * const io = simulatedIo({ seed: 1 })
 * armCrashPoints((point) => {
 *   if (point !== 'sink.committed') return
 *   io.disk.crash()
 *   throw new SimulatedCrash(point)
 * })
 * // … run a query on `io` …
 * armCrashPoints(null)
 * ```
 */
export function armCrashPoints(reach: ((point: CrashPoint) => void) | null): void {
  armed = reach
}
