/**
 * The sizes at which a checkpoint rolls its files. They decide what is written when, never what it means: a checkpoint that was written with other sizes is
 * read all the same. Small ones bring a test to rolls, rounds of snapshots and purges within a few epochs.
 */
export interface CheckpointTuning {
  /** A segment of the journal that has so many bytes, or so many epochs, is followed by another one. */
  readonly journalSegmentBytes: number
  readonly journalSegmentEpochs: number
  readonly stateSegmentBytes: number
  readonly sourceLogSegmentBytes: number
  /** Changes of state up to this size ride in the journal: a write of their own costs more than the bytes. */
  readonly inlineBytesMax: number
}

export const defaultTuning: CheckpointTuning = Object.freeze({
  journalSegmentBytes: 4 * 1024 * 1024,
  journalSegmentEpochs: 128,
  stateSegmentBytes: 64 * 1024 * 1024,
  sourceLogSegmentBytes: 64 * 1024 * 1024,
  inlineBytesMax: 64 * 1024,
})
