/** Plans that do not resolve: from untyped code, or from typed code that was forced. Each error names operation, name and what exists. */
import { describe, expect, test } from 'vitest'
import { col, interval, lit, MillraceError, max, sessionWindow, sum, t, window } from '../../src/index.ts'
import { MemoryStream, testSession } from '../../src/testing/index.ts'

const frame = () => {
  const { session } = testSession()
  const stream = new MemoryStream({ id: t.int, user: t.string, at: t.timestamp, price: t.double, place: t.struct({ city: t.string }) })
  return { session, stream, df: session.readStream.source(stream) }
}
/** The frame as untyped code has it. */
const untyped = () => frame().df as unknown as Record<string, (...args: unknown[]) => never>
const columns = 'id, user, at, price, place'

describe('plans that do not resolve say operation, name and what exists, from the line that made them', () => {
  const cases: readonly (readonly [string, RegExp, () => unknown])[] = [
    [
      'select',
      new RegExp(`UNRESOLVED_COLUMN\\] select: .*'pirce'.*Did you mean 'price'.*${columns}`),
      () => untyped()['select']?.('pirce'),
    ],
    ['filter', /UNRESOLVED_COLUMN\] filter: .*'prize'/, () => untyped()['filter']?.(col('prize').gt(3))],
    ['groupBy', new RegExp(`UNRESOLVED_COLUMN\\] groupBy: .*'usr'.*${columns}`), () => untyped()['groupBy']?.('usr')],
    [
      'a callback',
      /UNRESOLVED_COLUMN\] select: .*'pirce'.*Did you mean 'price'/,
      () => untyped()['select']?.((r: { pirce: never }) => ({ x: r.pirce })),
    ],
    ['window', /UNRESOLVED_COLUMN\] groupBy: .*'timestamp'/, () => untyped()['groupBy']?.(window('timestamp', '1 minute'))],
    ['withWatermark', /DATATYPE_MISMATCH\] withWatermark: .*'user' is string/, () => untyped()['withWatermark']?.('user', '1 minute')],
    ['drop', /UNRESOLVED_COLUMN\] drop: .*'x'/, () => untyped()['drop']?.('x')],
    ['withColumnRenamed', /UNRESOLVED_COLUMN\] withColumnRenamed: .*'x'/, () => untyped()['withColumnRenamed']?.('x', 'y')],
    ['a field', /FIELD_NOT_FOUND\] select: .*'ctiy'.*fields are: city/, () => untyped()['select']?.(col('place.ctiy').alias('c'))],
    ['a field of what is no struct', /FIELD_NOT_FOUND\].*'x'.*string.*not a struct/, () => untyped()['select']?.(col('user.x').alias('c'))],
    [
      'operands',
      /DATATYPE_MISMATCH\] select: .*string.*'\*'|DATATYPE_MISMATCH\] select: Argument 2 of '\*' is string/,
      () => untyped()['select']?.(col('price').mul(col('user')).alias('x')),
    ],
    [
      'a comparison of a text and a number',
      /DATATYPE_MISMATCH\] filter:.*never cast into each other silently/,
      () => untyped()['filter']?.(col('user').eq(3)),
    ],
    ['a condition that is none', /DATATYPE_MISMATCH\] filter: the condition is double/, () => untyped()['filter']?.(col('price'))],
    [
      'a lambda over values',
      /NOT_A_COLUMN\].*'price'.*operator of JavaScript.*r\.price\.gt\(3\)/,
      () => untyped()['filter']?.((r: { price: number }) => r.price > 3),
    ],
    [
      'a sum by an operator',
      /NOT_A_COLUMN\].*'price'.*operator of JavaScript/,
      () => untyped()['select']?.((r: { price: number }) => ({ x: lit(r.price + 1) })),
    ],
    ['a value as condition', /NOT_A_COLUMN\] filter: .*boolean true/, () => untyped()['filter']?.(() => true)],
    [
      'a callback that returns nothing',
      /NOT_A_COLUMN\] select: .*undefined.*in parentheses: \(r\) => \(\{/,
      () => untyped()['select']?.(() => undefined),
    ],
    ['a condition as text', /NOT_A_COLUMN\] filter: .*the text 'price > 3'.*col\('…'\)/, () => untyped()['filter']?.('price > 3')],
    ['a list of names', /NOT_A_COLUMN\] select: .*an array.*one by one/, () => untyped()['select']?.(['id', 'user'])],
    [
      'a column where a name stands',
      /INVALID_ARGUMENT\] drop: a name was expected, and there is a column/,
      () => untyped()['drop']?.(col('id')),
    ],
    ['a column without a name', /INVALID_ARGUMENT\] withColumn: .*an empty text/, () => untyped()['withColumn']?.('', col('id'))],
    ['a number where a name stands', /INVALID_ARGUMENT\] col: a name was expected, and there is the number 3/, () => col(3 as never)],
    [
      'no name of a format',
      /UNKNOWN_FORMAT\].*'undefined'.*socket/,
      () => (frame().session.readStream.format(undefined as never) as { load(): unknown }).load(),
    ],
    ['half a rename', /INVALID_ARGUMENT\] withColumnRenamed: .*undefined/, () => untyped()['withColumnRenamed']?.('id')],
    ['agg of nothing', /INVALID_ARGUMENT\] agg: there is nothing to compute.*count/, () => untyped()['agg']?.()],
    ['a mode of explain', /INVALID_ARGUMENT\] explain: .*'formatted'.*'extended'/, () => untyped()['explain']?.('formatted')],
    ['sums of no number', /INVALID_ARGUMENT\] sum: .*no column that is a number/, () => frame().df.select('user').groupBy('user').sum()],
    ['a callback that returns values', /NOT_A_COLUMN\] select: 'x': .*number 3/, () => untyped()['select']?.(() => ({ x: 3 }))],
    ['an async callback', /NOT_A_COLUMN\] select: .*promise/, () => untyped()['select']?.(async () => ({ x: lit(1) }))],
    ['an aggregate in select', /AGGREGATE_NOT_ALLOWED\] select: .*sum\(price\)/, () => untyped()['select']?.(sum('price').alias('s'))],
    ['an aggregate in an aggregate', /AGGREGATE_NOT_ALLOWED\] agg: /, () => untyped()['agg']?.(max(sum('price') as never))],
    [
      'no aggregate in agg',
      /MISSING_AGGREGATION\] agg: .*'price'.*max\('price'\).*keys are: user/,
      () => (frame().df.groupBy('user') as unknown as { agg(c: unknown): never }).agg(col('price').alias('p')),
    ],
    ['sum of texts', /DATATYPE_MISMATCH\] agg: .*'sum' is string/, () => untyped()['agg']?.(sum('user' as never))],
    ['two columns of one name', /DUPLICATE_COLUMN\] select: .*'id'/, () => untyped()['select']?.('id', 'id')],
    [
      'a window that is no window',
      /INVALID_WINDOW\].*slide is longer/,
      () => untyped()['groupBy']?.(window('at', '1 minute', '2 minutes')),
    ],
    [
      'a start beyond the slide',
      /INVALID_WINDOW\].*start offset/,
      () => untyped()['groupBy']?.(window('at', '1 minute', '30 seconds', '40 seconds')),
    ],
    ['a length that is none', /INVALID_INTERVAL\] '1 minut'.*'minut' is not a unit/, () => window('at', '1 minut' as never)],
    ['a length that is not fixed', /INVALID_INTERVAL\].*no fixed length/, () => window('at', '1 month' as never)],
    ['a length that is a bare number', /INVALID_INTERVAL\] 60 is not a length.*\{ minutes: 5 \}/, () => window('at', 60 as never)],
    [
      'a part that is misspelt',
      /INVALID_INTERVAL\] \{"minute":1\}.*days, hours, minutes/,
      () => untyped()['withWatermark']?.('at', { minute: 1 }),
    ],
    ['a length of no parts', /INVALID_INTERVAL\] \{\} is not/, () => untyped()['withWatermark']?.('at', {})],
    ['no length at all', /INVALID_INTERVAL\] undefined is not/, () => untyped()['withWatermark']?.('at')],
    ['an interval of nothing', /INVALID_INTERVAL\] 'undefined'/, () => interval(undefined as never)],
    [
      'two windows',
      /UNSUPPORTED_OPERATION\] groupBy: .*cannot stand in one operation/,
      () => untyped()['groupBy']?.(window('at', '1 minute'), window('at', '2 minutes')),
    ],
    [
      'a session outside groupBy',
      /UNSUPPORTED_OPERATION\] select: session_window.*key of groupBy/,
      () => untyped()['select']?.(sessionWindow('at', '1 minute')),
    ],
    ['union of frames of two sessions', /INVALID_ARGUMENT\] union: .*different sessions/, () => untyped()['union']?.(frame().df)],
    [
      'union of other columns',
      /UNION_MISMATCH\].*5 columns, the right 1/,
      () => {
        const { df } = frame()
        return (df as never as { union(o: unknown): never }).union(df.select('id'))
      },
    ],
    [
      'union of other types',
      /UNION_MISMATCH\].*column 1 is int.*string/,
      () => {
        const { df } = frame()
        return (df.select('id') as never as { union(o: unknown): never }).union(df.select('user'))
      },
    ],
    [
      'a cast that cannot be',
      /DATATYPE_MISMATCH\].*struct<city:string>.*cannot become int/,
      () => untyped()['select']?.(col('place').cast('int').alias('x')),
    ],
    ['a type that is none', /INVALID_SCHEMA\].*no type nummer/, () => col('id').cast('nummer' as never)],
    ['mapRows without a schema', /INVALID_SCHEMA\]/, () => untyped()['mapRows']?.((row: unknown) => row)],
    ['a value that no column holds', /NOT_A_COLUMN\].*object/, () => lit(new Map() as never)],
  ]
  test.each(cases)('%s', (_, message, run) => {
    expect(run).toThrow(message)
    expect(run).toThrow(MillraceError)
  })
})
