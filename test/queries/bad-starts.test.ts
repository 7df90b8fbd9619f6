/** What is refused by `start` itself: nothing has been opened, and the sentence says what would be right. */
import { describe, expect, test } from 'vitest'
import { count, sessionWindow, t, window } from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const frame = () => {
  const { session } = testSession()
  const stream = new MemoryStream({ id: t.int, user: t.string, at: t.timestamp, price: t.double, place: t.struct({ city: t.string }) })
  return { session, stream, df: session.readStream.source(stream) }
}

describe('what does not start', () => {
  const byUser = () => frame().df.groupBy('user').agg(count().alias('n'))
  const cases: readonly (readonly [string, RegExp, () => unknown])[] = [
    [
      'append without a watermark',
      /OUTPUT_MODE_NOT_SUPPORTED\].*no watermark.*update.*complete/,
      () => byUser().writeStream.format('noop').start(),
    ],
    [
      'append of windows without a watermark',
      /OUTPUT_MODE_NOT_SUPPORTED\].*withWatermark/,
      () => frame().df.groupBy(window('at', '1 minute')).count().writeStream.format('noop').start(),
    ],
    [
      'complete without aggregates',
      /OUTPUT_MODE_NOT_SUPPORTED\].*no aggregation.*append/,
      () => frame().df.writeStream.outputMode('complete').format('noop').start(),
    ],
    [
      'update of sessions',
      /OUTPUT_MODE_NOT_SUPPORTED\].*session/,
      () => frame().df.groupBy(sessionWindow('at', '1 minute')).count().writeStream.outputMode('update').format('noop').start(),
    ],
    [
      'a mode that is none',
      /INVALID_ARGUMENT\].*'complet'.*append, update, complete/,
      () => frame().df.writeStream.outputMode('complet' as never),
    ],
    ['no sink', /MISSING_OPTION\].*console, noop, memory/, () => frame().df.writeStream.start()],
    ['an unknown sink', /UNKNOWN_FORMAT\].*'consol'.*Did you mean 'console'/, () => frame().df.writeStream.format('consol')],
    ['an unknown source', /UNKNOWN_FORMAT\].*'sokcet'.*Did you mean 'socket'/, () => frame().session.readStream.format('sokcet').load()],
    ['no source', /MISSING_OPTION\].*no source/, () => (frame().session.readStream as unknown as { load(): void }).load()],
    [
      'an unknown option of a source',
      /UNKNOWN_OPTION\].*'hots'.*Did you mean 'host'/,
      () =>
        frame()
          .session.readStream.format('socket')
          .options({ hots: 'x', port: 1 } as never)
          .load(),
    ],
    [
      'a missing option',
      /MISSING_OPTION\].*'port'/,
      () => (frame().session.readStream.format('socket').option('host', 'x') as unknown as { load(): void }).load(),
    ],
    ['a bad option', /INVALID_OPTION\].*'port' is '99999'/, () => frame().session.readStream.socket({ host: 'x', port: 99999 })],
    [
      'an unknown option of a sink',
      /UNKNOWN_OPTION\].*'numrow'.*Did you mean 'numRows'/,
      () => frame().df.writeStream.format('console').option('numrow', 3).start(),
    ],
    [
      'a schema for a source that has one',
      /INVALID_SCHEMA\].*fixed schema/,
      () => frame().session.readStream.format('rate').schema('a INT').load(),
    ],
    [
      'exactly-once into a sink that is not',
      /DELIVERY_NOT_SUPPORTED\].*the console sink/,
      () => frame().df.writeStream.format('console').option('checkpointLocation', '/x').option('delivery', 'exactly-once').start(),
    ],
    [
      'files without a checkpoint',
      /CHECKPOINT_REQUIRED\].*json sink/,
      () => frame().df.writeStream.format('json').option('path', '/x').start(),
    ],
    [
      'a takeover that is none',
      /INVALID_OPTION\].*'takeover'/,
      () => frame().df.writeStream.format('noop').option('takeover', 'yes').start(),
    ],
    [
      'renames that are none',
      /INVALID_OPTION\].*'checkpointRenames'.*old -> new/,
      () => frame().df.writeStream.format('noop').option('checkpointLocation', '/x').option('checkpointRenames', 'a=b').start(),
    ],
    [
      'exactly-once without a checkpoint',
      /CHECKPOINT_REQUIRED\]/,
      () => frame().df.writeStream.format('noop').option('delivery', 'exactly-once').start(),
    ],
    [
      'a delivery that is none',
      /INVALID_OPTION\].*'delivery'/,
      () => frame().df.writeStream.format('noop').option('delivery', 'maybe').start(),
    ],
    [
      'a setting that is misspelt',
      /UNKNOWN_OPTION\].*'millrace.watermark.polcy'.*Did you mean 'millrace.watermark.policy'/,
      () => {
        const { session, df } = frame()
        session.conf.set('millrace.watermark.polcy', 'sparkMax')
        df.writeStream.format('noop').start()
      },
    ],
    [
      'a time zone that is none',
      /INVALID_OPTION\].*'Mars\/North'/,
      () => {
        const { session, df } = frame()
        session.conf.set('spark.sql.session.timeZone', 'Mars/North')
        df.writeStream.format('noop').start()
      },
    ],
    [
      'a query over rows in memory',
      /UNSUPPORTED_OPERATION\].*no streaming source/,
      () =>
        frame()
          .session.createDataFrame([{ a: 1 }], { a: t.int })
          .writeStream.format('noop')
          .start(),
    ],
    [
      'a stream united with rows in memory',
      /UNSUPPORTED_OPERATION\].*in memory/,
      () => {
        const { session, df } = frame()
        df.select('id')
          .union(session.createDataFrame([{ id: 1 }], { id: t.int }))
          .writeStream.format('noop')
          .start()
      },
    ],
  ]
  test.each(cases)('%s', (_, message, run) => {
    expect(run).toThrow(message)
  })

  test('collect of a stream', async () => {
    await expect(frame().df.collect()).rejects.toThrow(/UNSUPPORTED_OPERATION\].*no end/)
  })
})
