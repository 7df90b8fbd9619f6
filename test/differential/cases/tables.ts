/** The tables of the differential cases: values at the edges of every type, and pairs that meet there. */
import type { CaseTable } from './case.ts'

const rows = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(' ; ').map((one) => one.trim()))
const column = (text: string): string[][] => text.split(/ ; |\n/).map((one) => [one])
const quoted = (texts: readonly string[]): string[][] => texts.map((text) => [`'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`])
const nan = `CAST('NaN' AS DOUBLE)`
const infinity = `CAST('Infinity' AS DOUBLE)`
const minusInfinity = `CAST('-Infinity' AS DOUBLE)`
const leastLong = '-9223372036854775807L - 1L'

export const tables: Readonly<Record<string, CaseTable>> = {
  numbers: {
    columns: [
      ['i', 'INT'],
      ['j', 'INT'],
      ['l', 'BIGINT'],
      ['m', 'BIGINT'],
      ['d', 'DOUBLE'],
      ['e', 'DOUBLE'],
    ],
    rows: rows(`
1 ; 2 ; 3L ; 4L ; 1.5D ; 2.5D
7 ; -3 ; -7L ; 3L ; -7.25D ; 3.0D
-7 ; 3 ; 7L ; -3L ; 7.5D ; -2.5D
0 ; 5 ; 0L ; 5L ; 0.0D ; 1.0D
5 ; 0 ; 5L ; 0L ; 5.0D ; 0.0D
2147483647 ; 1 ; 9223372036854775807L ; 1L ; 1.7976931348623157E308D ; 10.0D
-2147483648 ; -1 ; ${leastLong} ; -1L ; -1.7976931348623157E308D ; 10.0D
2147483647 ; 2147483647 ; 9223372036854775807L ; 9223372036854775807L ; 4.9E-324D ; 2.0D
-2147483648 ; -2147483648 ; ${leastLong} ; ${leastLong} ; -0.0D ; 0.0D
100000 ; 100000 ; 9007199254740993L ; 2L ; 9007199254740992.0D ; 1.0D
NULL ; 1 ; NULL ; 1L ; NULL ; 1.0D
1 ; NULL ; 1L ; NULL ; 1.0D ; NULL
NULL ; NULL ; NULL ; NULL ; NULL ; NULL
12 ; 12 ; 12L ; 12L ; ${nan} ; ${nan}
-12 ; 4 ; 4L ; 12L ; ${infinity} ; ${minusInfinity}
3 ; 10 ; 1000000007L ; 1000000009L ; ${nan} ; 1.0D
6 ; 4 ; 6L ; 4L ; 0.1D ; 0.2D
-5 ; 5 ; -5L ; 5L ; -2.5D ; -0.5D
9 ; -2 ; 9L ; -2L ; 1.0E21D ; 1.0E-7D
`),
  },
  logic: {
    columns: [
      ['a', 'BOOLEAN'],
      ['b', 'BOOLEAN'],
    ],
    rows: ['TRUE', 'FALSE', 'NULL'].flatMap((a) => ['TRUE', 'FALSE', 'NULL'].map((b) => [a, b])),
  },
  texts: {
    columns: [
      ['s', 'STRING'],
      ['p', 'STRING'],
      ['n', 'INT'],
    ],
    rows: rows(`
'abc' ; 'b' ; 2
'' ; '' ; 0
' padded  ' ; ' ' ; 1
'Straße' ; 'ß' ; -2
'日本語テキスト' ; '本' ; 3
'a😀b😀' ; '😀' ; 2
'ab%c_d' ; '%' ; 7
'ABCabcABC' ; 'abc' ; -3
'hello big WORLD' ; 'o' ; 5
'aaaa' ; 'aa' ; 3
'İstanbul' ; 'i' ; 1
'x\\ty' ; '\\t' ; 10
'line1\\nline2' ; '\\n' ; -100
NULL ; 'a' ; 1
'a' ; NULL ; 1
'a' ; 'a' ; NULL
'a1b22c333' ; '[0-9]+' ; 2147483647
'ﬃ' ; 'ﬃ' ; -1
`),
  },
  numerals: {
    columns: [['s', 'STRING']],
    rows: [
      ...quoted(
        [
          '0|1|-1|+1| 42 |042|-0|2147483647|2147483648|-2147483648|-2147483649|9223372036854775807|9223372036854775808',
          '-9223372036854775808|-9223372036854775809|1.5|-1.5|1.|.5|.|-|+|| |1e3|1E-3|1e400|-1e400|4.9e-324|1e-400|NaN|nan|Infinity',
          '-Infinity|infinity|inf|+inf|Inf|1d|1D|1f|1.0F|0x10|1_000|1,000|１|12abc|abc|true|TRUE|false|t|f|yes|no|y|n|1 1',
          '9007199254740993|0.1|123456789.123456789|1e21|1e22|\t7\n|1e|e1|--1|2.2250738585072011e-308|1.7976931348623159e308| true ',
          'tRuE|00000000000000000000000000000012|1.0|-7.9',
        ]
          .join('|')
          .split('|'),
      ),
      ['NULL'],
    ],
  },
  dateTexts: {
    columns: [['s', 'STRING']],
    rows: [
      ...quoted(
        [
          '2026-02-28|2026-2-8|2026-02|2026|2026-02-30|2024-02-29|2023-02-29|2026-13-01|2026-00-01|2026-01-00| 2026-02-28 ',
          '0001-01-01|9999-12-31|1582-10-10|26-01-01|2026-02-28T|2026-02-28 |2026-02-28 junk|2026-02-28T03:04:05|2026-02-28 03:04:05',
          '2026-02-28 03:04|2026-02-28 3:4:5|2026-02-28 03|2026-02-28 03:04:05.1|2026-02-28 03:04:05.123456',
          '2026-02-28 03:04:05.1234567|2026-02-28 03:04:05.|2026-02-28T03:04:05Z|2026-02-28T03:04:05+02:00|2026-02-28T03:04:05+02',
          '2026-02-28T03:04:05+2:30|2026-02-28T03:04:05 UTC|2026-02-28 03:04:05 America/New_York|2026-02-28T03:04:05UTC+3',
          '2026-02-28 24:00:00|2026-02-28 23:59:60|2026-02-28 23:60:00|2026-03-08 02:30:00|2026-11-01 01:30:00',
          '2026-02-28T03:04:05.9-18:00|2026-02-28T03:04:05-19:00|1969-12-31 23:59:59.999999|not a date||20260228|2026/02/28',
          '+2026-02-28|1900-01-01 00:00:00|2026-02-28t03:04:05|2026-02-28T03:04:05.000001Z|2026-02-28  03:04:05',
          '2026-02-28T03:04:05 +01:00|2026-02-28T03:04:05EST|2026-02-28T03:04:05CET',
        ]
          .join('|')
          .split('|'),
      ),
      ['NULL'],
    ],
  },
  times: {
    columns: [
      ['t', 'TIMESTAMP'],
      ['u', 'TIMESTAMP'],
      ['d', 'DATE'],
      ['n', 'INT'],
    ],
    rows: rows(`
TIMESTAMP '2026-02-28 03:04:05Z' ; TIMESTAMP '2026-02-28 03:04:05.000001Z' ; DATE '2026-02-28' ; 1
TIMESTAMP '1970-01-01 00:00:00Z' ; TIMESTAMP '1969-12-31 23:59:59.999999Z' ; DATE '1970-01-01' ; 0
TIMESTAMP '1969-12-31 23:59:59.999999Z' ; TIMESTAMP '1969-12-31 00:00:00Z' ; DATE '1969-12-31' ; -1
TIMESTAMP '1900-01-01 00:00:00Z' ; TIMESTAMP '1900-01-01 00:00:00Z' ; DATE '1900-01-01' ; 31
TIMESTAMP '1600-02-29 12:30:30.5Z' ; TIMESTAMP '1582-10-15 00:00:00Z' ; DATE '1582-10-04' ; 12
TIMESTAMP '0001-01-02 00:00:00Z' ; TIMESTAMP '0044-03-15 10:00:00Z' ; DATE '0001-01-02' ; 365
TIMESTAMP '9999-12-30 23:59:59.999999Z' ; TIMESTAMP '9998-01-01 00:00:00Z' ; DATE '9999-12-30' ; -365
TIMESTAMP '2024-02-29 23:59:59.999Z' ; TIMESTAMP '2024-03-31 01:59:59Z' ; DATE '2024-02-29' ; -12
TIMESTAMP '2026-03-08 06:59:59.999999Z' ; TIMESTAMP '2026-03-08 07:00:00Z' ; DATE '2026-03-08' ; 1
TIMESTAMP '2026-11-01 05:30:00Z' ; TIMESTAMP '2026-11-01 06:30:00Z' ; DATE '2026-11-01' ; 24
TIMESTAMP '2020-12-31 18:30:00Z' ; TIMESTAMP '2021-01-03 23:00:00Z' ; DATE '2021-01-03' ; 53
TIMESTAMP '2019-12-30 00:00:00Z' ; TIMESTAMP '2018-12-31 05:00:00Z' ; DATE '2019-12-30' ; 100
NULL ; TIMESTAMP '2026-01-01 00:00:00Z' ; NULL ; 1
TIMESTAMP '2026-01-31 12:00:00Z' ; NULL ; DATE '2026-01-31' ; NULL
`),
  },
  binaries: {
    columns: [
      ['x', 'BINARY'],
      ['y', 'BINARY'],
    ],
    rows: rows(`
X'' ; X'00'
X'616263' ; X'616264'
X'FF' ; X'7F'
X'E697A5' ; X'E697A5'
X'00FF' ; X'00'
NULL ; X'01'
X'C328' ; X'EFBFBD'
`),
  },
  casts: {
    columns: [['d', 'DOUBLE']],
    rows: column(
      `0.0D ; -0.0D ; 1.0D ; 0.1D ; 100.0D ; 1234567.0D ; 12345678.9D ; 1.0E7D ; 9999999.0D ; 0.001D ; 0.0001D ; 1.0E-5D
1.0E21D ; 1.0E22D ; 123456789012345680.0D ; 9007199254740993.0D ; 1.7976931348623157E308D ; 4.9E-324D
2.2250738585072014E-308D ; ${nan} ; ${infinity} ; ${minusInfinity} ; 2147483647.0D ; 2147483647.9D
2147483648.0D ; -2147483648.9D ; -2147483649.0D ; 9223372036854775807.0D ; 9223372036854774784.0D
-9223372036854775808.0D ; 0.5D ; -0.5D ; 1.5D ; 2.5D ; 3.14159265358979D ; NULL ; 2.0E-3D ; 8.41E21D ; 5.0E-324D
253402300799.9D ; 253402300800.0D ; -62135596800.0D ; 1E15D ; 0.1D + 0.2D ; 1.0D / 3.0D ; 2.0D / 3.0D
100.0D / 3.0D`,
    ),
  },
  longs: {
    columns: [['l', 'BIGINT']],
    rows: column(
      `0L ; 1L ; -1L ; 2147483647L ; 2147483648L ; -2147483648L ; -2147483649L ; 9223372036854775807L ; ${leastLong}
1767225600L ; -62135596800L ; 253402300799L ; 9007199254740993L ; NULL`,
    ),
  },
  events: {
    columns: [
      ['k', 'STRING'],
      ['i', 'INT'],
      ['l', 'BIGINT'],
      ['d', 'DOUBLE'],
      ['s', 'STRING'],
      ['b', 'BOOLEAN'],
      ['t', 'TIMESTAMP'],
      ['dt', 'DATE'],
      ['x', 'BINARY'],
    ],
    rows: rows(`
'a' ; 1 ; 10L ; 0.1D ; 'one' ; TRUE ; TIMESTAMP '2026-01-01 00:00:00Z' ; DATE '2026-01-01' ; X'01'
'a' ; 2 ; 20L ; 0.2D ; 'two' ; FALSE ; TIMESTAMP '2026-01-01 00:00:30Z' ; DATE '2026-01-02' ; X'02'
'a' ; NULL ; NULL ; NULL ; NULL ; NULL ; TIMESTAMP '2026-01-01 00:01:00Z' ; NULL ; NULL
'a' ; 3 ; 30L ; 0.3D ; 'Two' ; TRUE ; TIMESTAMP '2026-01-01 00:01:59.999999Z' ; DATE '2025-12-31' ; X'0100'
'b' ; -5 ; -50L ; ${nan} ; 'zulu' ; FALSE ; TIMESTAMP '2026-01-01 00:05:00Z' ; DATE '2026-02-01' ; X'FF'
'b' ; 5 ; 50L ; ${infinity} ; 'ézulu' ; FALSE ; TIMESTAMP '2026-01-01 00:05:10Z' ; DATE '2026-02-02' ; X''
'b' ; 5 ; 51L ; -1.0D ; '😀' ; FALSE ; TIMESTAMP '2026-01-01 00:04:55Z' ; DATE '2026-02-03' ; X'7F'
'c' ; NULL ; NULL ; NULL ; NULL ; NULL ; NULL ; NULL ; NULL
'c' ; NULL ; NULL ; NULL ; NULL ; NULL ; NULL ; NULL ; NULL
NULL ; 7 ; 9007199254740993L ; 1.0E300D ; '' ; TRUE ; TIMESTAMP '1969-12-31 23:59:30Z' ; DATE '1969-12-31' ; X'00'
NULL ; 8 ; 9007199254740993L ; -1.0E300D ; ' ' ; TRUE ; TIMESTAMP '1969-12-31 23:59:59.999999Z' ; DATE '1970-01-01' ; X'0000'
NULL ; 8 ; 1L ; 2.5D ; 'a' ; FALSE ; TIMESTAMP '0001-01-01 00:10:00Z' ; DATE '0001-01-01' ; X'61'
'd' ; 2147483647 ; 1L ; 0.0D ; 'b' ; TRUE ; TIMESTAMP '9999-12-30 00:00:01Z' ; DATE '9999-12-30' ; X'62'
'd' ; 1 ; 1L ; -0.0D ; 'b' ; TRUE ; TIMESTAMP '2026-01-01 00:09:59.999999Z' ; DATE '9999-12-31' ; X'62'
`),
  },
  big: {
    columns: [
      ['k', 'STRING'],
      ['l', 'BIGINT'],
      ['d', 'DOUBLE'],
    ],
    rows: rows(`
'over' ; 9223372036854775807L ; 1.7976931348623157E308D
'over' ; 1L ; 1.7976931348623157E308D
'under' ; ${leastLong} ; -0.0D
'under' ; -1L ; 0.0D
`),
  },
  zeros: {
    columns: [
      ['d', 'DOUBLE'],
      ['n', 'INT'],
    ],
    rows: rows(`
0.0D ; 1
-0.0D ; 2
${nan} ; 3
-${nan} ; 4
NULL ; 5
NULL ; 6
1.0D ; 7
`),
  },
  empty: {
    columns: [
      ['k', 'STRING'],
      ['i', 'INT'],
      ['d', 'DOUBLE'],
      ['t', 'TIMESTAMP'],
    ],
    rows: [],
  },
}
