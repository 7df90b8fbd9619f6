/** What the engine bench measures. */
export const jobs = {
  'decode-one': 'the latest timestamp and a count: one column of five is decoded, every byte checked',
  'decode-five': 'all five columns decoded',
  exercise1: 'count by minute',
  'by-user': 'count and sum by minute and user',
  sliding: 'count in windows of 10 s every 2 s',
  'sliding-by-user': 'count in windows of 10 s every 2 s, by user',
  sessions: 'count in sessions with a gap of 10 s, by user',
  stateless: 'filter, and four columns projected',
} as const
export type Job = keyof typeof jobs
