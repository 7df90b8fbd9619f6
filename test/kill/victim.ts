/**
 * The program that is killed: one query over a ledger (ledger.ts), as a user would write it, with its parts named on the command line. What it has to say goes
 * to its output, an object a line. Deaths are armed by arguments; nothing in shipping code knows of them.
 *
 *     node victim.js --query copy --input in --output out --checkpoint state --crash-at begin.synced:2
 */
import { openSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { count, MillraceError, type StreamingQueryProgress, StreamSession, sessionWindow, sum, t, window } from 'millrace'
import { armCrashPoints } from 'millrace/testing'

const { values: given } = parseArgs({
  options: {
    query: { type: 'string', default: 'copy' },
    input: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
    output: { type: 'string', default: '' },
    checkpoint: { type: 'string', default: '' },
    takeover: { type: 'boolean', default: false },
    'available-now': { type: 'boolean', default: false },
    'files-max': { type: 'string', default: '2' },
    'epochs-retained': { type: 'string', default: '100' },
    /** `<point>:<n>`: SIGKILL at the n-th time that the point is reached. */
    'crash-at': { type: 'string', default: '' },
    /** The same with SIGSTOP. */
    'stop-at': { type: 'string', default: '' },
    /** From then on the process has no descriptor left to open a file with. */
    'descriptors-at': { type: 'string', default: '' },
  },
})
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

const actions = [
  armed(given['crash-at'], () => process.kill(process.pid, 'SIGKILL')),
  armed(given['stop-at'], () => {
    say({ kind: 'stopping' })
    process.kill(process.pid, 'SIGSTOP')
  }),
  armed(given['descriptors-at'], starve),
].filter((one) => one !== null)
if (actions.length > 0)
  armCrashPoints((point) => {
    for (const reach of actions) reach(point)
  })

function armed(text: string, act: () => void): ((point: string) => void) | null {
  if (text === '') return null
  const [point, nth] = text.split(':')
  let hits = 0
  return (reached) => {
    if (reached === point && ++hits === Number(nth)) act()
  }
}

/** What is closed later would give descriptors back, so they are taken again and again. */
function starve(): void {
  const take = (): void => {
    try {
      for (;;) openSync('/dev/null', 'r')
    } catch {
      // That was the last one.
    }
  }
  take()
  say({ kind: 'starved' })
  setInterval(take, 1).unref()
  actions.push(take)
}

const session = StreamSession.builder.appName('victim').getOrCreate()
session.conf.set('millrace.checkpoint.epochsRetained', given['epochs-retained'])

function ledger() {
  return session.readStream
    .format('json')
    .option('path', given.input)
    .option('maxFilesPerTrigger', Number(given['files-max']))
    .schema({ partition: t.int, seq: t.long, id: t.string, amount: t.long, time: t.timestamp })
    .load()
}

const writers = {
  copy: () => ledger().writeStream,
  windows: () =>
    ledger()
      .withWatermark('time', '10 seconds')
      .groupBy(window('time', '10 seconds'), 'partition')
      .agg(count('*').alias('rows'), sum('amount').alias('amount')).writeStream,
  /** A group for each row, so that changes of state are too many to ride in the journal. */
  wide: () =>
    ledger()
      .withWatermark('time', '10 seconds')
      .groupBy(window('time', '10 seconds'), 'id')
      .agg(count('*').alias('rows'), sum('amount').alias('amount')).writeStream,
  sessions: () =>
    ledger()
      .withWatermark('time', '10 seconds')
      .groupBy(sessionWindow('time', '2 seconds'), 'partition')
      .agg(count('*').alias('rows'), sum('amount').alias('amount')).writeStream,
  socket: () => session.readStream.format('socket').option('host', '127.0.0.1').option('port', Number(given.port)).load().writeStream,
} as const
const writer = writers[given.query as keyof typeof writers]()
  .format('json')
  .option('path', given.output)
  .option('checkpointLocation', given.checkpoint)
  .option('takeover', given.takeover)

session.streams.addListener({
  onQueryProgress: ({ progress }) => say({ kind: 'progress', epoch: progress.batchId, rows: progress.numInputRows, late: late(progress) }),
})
const late = ({ stateOperators }: StreamingQueryProgress): number =>
  stateOperators.reduce((total, one) => total + one.numRowsDroppedByWatermark, 0)
const stop = (): void => void session.stop()
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
try {
  const query = (given['available-now'] ? writer.trigger({ availableNow: true }) : writer).start()
  say({ kind: 'started', pid: process.pid })
  await query.awaitTermination()
  say({ kind: 'ended' })
} catch (error) {
  const { code, message, details } = MillraceError.is(error) ? error : { code: 'NOT_TYPED', message: String(error), details: {} }
  say({ kind: 'failed', code, message, details, cause: String((error as Error).cause ?? '') })
  process.exitCode = 3
} finally {
  await session.stop()
}
