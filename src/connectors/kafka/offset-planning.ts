/** How far each partition is read in one epoch: what there is, cut down to the limits by proportion, so that partitions stay as far behind as they are. Pure. */

export interface PartitionBacklog {
  readonly name: string
  readonly start: number
  /** What is known to be readable: not before `start`. */
  readonly available: number
  /** What an offset takes, on average. */
  readonly bytesPerOffset: number
}
export interface OffsetLimits {
  readonly maxBytes: number
  /** Offsets over all partitions; null for any number. */
  readonly maxOffsets: number | null
  /** Everything, whatever the limits say. */
  readonly all: boolean
}

/** The ends, by name. A partition that has something moves on by one offset at least. */
export function plannedEnds(
  backlogs: readonly PartitionBacklog[],
  { maxBytes, maxOffsets, all }: OffsetLimits,
): ReadonlyMap<string, number> {
  const sum = (of: (one: PartitionBacklog) => number): number => backlogs.reduce((total, one) => total + of(one), 0)
  const offsets = sum(lag)
  const bytes = sum((one) => lag(one) * one.bytesPerOffset)
  const share = all ? 1 : Math.min(1, bytes > 0 ? maxBytes / bytes : 1, maxOffsets === null || offsets === 0 ? 1 : maxOffsets / offsets)
  return new Map(
    backlogs.map((one) => {
      const behind = lag(one)
      return [one.name, one.start + (share >= 1 ? behind : Math.min(behind, Math.max(1, Math.floor(behind * share))))]
    }),
  )
}

const lag = ({ start, available }: PartitionBacklog): number => Math.max(0, available - start)
