/**
 * User activity: the visits of each user. A visit goes on while no pause between two clicks is longer than thirty minutes; how long it is shows only when
 * it is over. `stream()` gives the finished visits as typed rows; leaving the loop stops the query.
 */
import { count, first, StreamSession, sessionWindow, t } from 'millrace'
import { MemoryStream } from 'millrace/testing'

const clicks = new MemoryStream({ user: t.string, page: t.string, at: t.timestamp })
const click = (user: string, time: string, page: string): void =>
  void clicks.addData([{ user, page, at: new Date(`2026-03-01T${time}:00Z`) }])

const session = StreamSession.builder.appName('activity').getOrCreate()
const visits = session.readStream
  .source(clicks)
  .withWatermark('at', '5 minutes')
  .groupBy('user', sessionWindow('at', '30 minutes'))
  .agg(count('*').alias('clicks'), first('page').alias('entry'))

click('ada', '09:00', '/home')
click('ada', '09:20', '/search')
click('bob', '09:25', '/offers')
click('ada', '09:45', '/cart')
// More than half an hour after her last click: another visit.
click('ada', '11:00', '/home')
// Moves the watermark on, so that all visits before are over.
click('eve', '13:00', '/home')

let left = 3
for await (const { user, session_window: visit, clicks: number, entry } of visits.stream()) {
  // The session ends a pause after its last click.
  const minutes = (visit.end.getTime() - visit.start.getTime()) / 60_000 - 30
  console.log(`${user} came to ${entry} at ${visit.start.toISOString()} and stayed ${minutes} minutes; clicks: ${number}`)
  if (--left === 0) break
}
await session.stop()
