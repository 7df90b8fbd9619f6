/**
 * Where our answers differ from Spark's on purpose. docs/differences-from-spark.md says the same to users, in the words of `why`; a rule that nothing needs any
 * longer fails the suite.
 */
interface Rule {
  readonly groups: RegExp
  readonly at: RegExp
  readonly millrace: RegExp
  readonly spark: RegExp
  readonly why: string
}
export interface Difference {
  /** The case, and `#` with the number of the row if it has many. */
  readonly at: string
  readonly millrace: string
  readonly spark: string
}

const ANY = /^/s
const refusals = (pairs: Readonly<Record<string, string>>): Rule[] =>
  Object.entries(pairs).map(([ours, theirs]) => ({
    groups: ANY,
    at: ANY,
    millrace: new RegExp(`^"?! ${ours}"?$`),
    spark: new RegExp(`^"?! (?:${theirs})"?$`),
    why: 'What Spark refuses is refused here too; where one code covers several of its conditions, the sentence tells them apart.',
  }))

export const rules: readonly Rule[] = [
  ...refusals({
    AGGREGATE_NOT_ALLOWED: 'NESTED_AGGREGATE_FUNCTION|GROUP_BY_AGGREGATE|INVALID_WHERE_CONDITION',
    DATATYPE_MISMATCH: 'SEED_EXPRESSION_IS_UNFOLDABLE',
    INVALID_INTERVAL: 'CANNOT_PARSE_INTERVAL|_LEGACY_ERROR_TEMP_3231|IllegalArgumentException',
    INVALID_WINDOW: 'DATATYPE_MISMATCH',
    OUTPUT_MODE_NOT_SUPPORTED: 'STREAMING_OUTPUT_MODE',
    MALFORMED_RECORD: 'StreamingQueryException',
  }),
  {
    groups: /^streams/,
    at: /^refused: a watermark of a text$/,
    millrace: /DATATYPE_MISMATCH/,
    spark: /EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE/,
    why: 'What Spark refuses is refused here too; where one code covers several of its conditions, the sentence tells them apart.',
  },
  {
    groups: /^cast-of-longs$/,
    at: /^timestamp_/,
    millrace: /^! (?:DATETIME|ARITHMETIC)_OVERFLOW$/,
    spark: /^! ArithmeticException$/,
    why: 'What Spark refuses is refused here too; where one code covers several of its conditions, the sentence tells them apart.',
  },
  {
    groups: /^(?:cast-of-(?:longs|doubles)|times.*)$/,
    at: /timestamp|date_|TIMESTAMP/i,
    millrace: /^(?:! DATETIME_OVERFLOW|timestamp null)$/,
    spark: /^(?:(?:timestamp|date) "-?\d+"|! CAST_OVERFLOW)$/,
    why: 'Times and dates outside the years 1 to 9999 raise DATETIME_OVERFLOW (null in tryCast); Spark computes on with years that it cannot print or read back.',
  },
  {
    groups: /^constants$|^windows$/,
    at: /^'a' \+ 1$|^upper\(1\)$|^length\(TRUE\)$|^refused: (?:session_)?window\(s,/,
    millrace: /^"?! DATATYPE_MISMATCH"?$/,
    spark: ANY,
    why: 'Texts and other types are never cast into each other silently; Spark casts, and raises or not by the value. Write .cast(…).',
  },
  {
    groups: /^comparison$/,
    at: /^CASE WHEN NULL THEN/,
    millrace: /^int "2"$/,
    spark: /^! DATATYPE_MISMATCH$/,
    why: 'A bare null is a condition that is not true; Spark refuses it in CASE and takes it in if.',
  },
  {
    groups: /^arithmetic$/,
    at: /^exp\(/,
    millrace: /^double "2\.718281828459045"$/,
    spark: /^double "2\.7182818284590455"$/,
    why: "exp, ln and pow are JavaScript's, Spark's are Java's: the last digit may differ.",
  },
  {
    groups: /^cast-/,
    at: /STRING/,
    millrace: /"(?:9\.223372036854775E18|8\.41E21)"/,
    spark: /"(?:9\.2233720368547748E18|8\.409999999999999E21)"/,
    why: 'Doubles become texts with the fewest digits that give them back, as in Java from 19 on; under older Java Spark writes a digit more in rare cases.',
  },
  {
    groups: /^texts$/,
    at: /^initcap\(s\) #17$/,
    millrace: /"FFI"/,
    spark: /"Ffi"/,
    why: 'initcap makes a ligature that stands first into capitals as a whole (ﬃ becomes FFI); Spark knows title case for them.',
  },
  {
    groups: /^texts$/,
    at: /^substring\(s, -2147483648\)/,
    millrace: /^string "/,
    spark: /^string "/,
    why: 'substring from a position before the beginning gives what is there; in Spark the least int overflows, and a character is lost.',
  },
  {
    groups: /^texts$/,
    at: /^regexp_replace\(s, '', '-'\) #5$/,
    millrace: /-😀-/u,
    spark: /\?-\?/,
    why: "Regular expressions are JavaScript's in Unicode mode, and never cut a character in two; Java's may match between the halves. Flags at the beginning, such as (?i), are understood.",
  },
  {
    groups: /^streams/,
    at: /session/,
    millrace: /^(?!"! )/,
    spark: /^"! StreamingQueryException"$/,
    why: 'Session windows need no other key; Spark refuses a stream of sessions over all rows when it starts.',
  },
  {
    groups: /^streams-plain$/,
    at: /^late rows of a filter$/,
    millrace: /^\["/,
    spark: /^\["/,
    why: 'A filter that stands after withWatermark stays after it: rows that it drops still move the watermark. Spark moves filters on other columns before it.',
  },
  {
    groups: /^random$/,
    at: /^(?:CASE WHEN i > 0 THEN rand|coalesce\(d, rand|d \* rand|i > 0 AND rand)/,
    millrace: /^(?:double|boolean) /,
    spark: /^(?:double|boolean) /,
    why: 'What is drawn by chance is drawn for each row that reaches the operation; Spark draws only where a row asks for the value, so that behind CASE, coalesce, AND and nulls fewer values of the seed are used up.',
  },
  {
    groups: /^json-beyond$/,
    at: /^PERMISSIVE: (?:\{'i':1\}|\{"i":1\} \{"i":2\}|\{"i":1\}x|\{"i":1\}\}|\[\{"i":1\},\{"i":2\}\]|\[\]|\{"d":-?(?:NaN|Infinity)\})(?: #\d+)?$/,
    millrace: /string \\*"/,
    spark: ANY,
    why: 'A record is one JSON object as the standard has it (RFC 8259). Single quotes, bare NaN and Infinity, anything after the object, and arrays at the root are malformed; Spark reads the first ones and drops what follows an object.',
  },
  {
    groups: /^json-beyond$/,
    at: /"d": -0/,
    millrace: /double \\*"-0\\*"/,
    spark: /double \\*"0\\*"/,
    why: 'In JSON -0 is the double -0.0; Spark reads 0.0, but -0.0 for the text -0.0.',
  },
  {
    groups: /^json-beyond$/,
    at: /ud83d|ude00/,
    millrace: /\uFFFD/,
    spark: /\?/,
    why: 'Half a surrogate pair, like bytes that are no UTF-8, is U+FFFD; Spark writes a question mark.',
  },
]

export const knownDifferences = (group: string): { readonly why: string; holds(one: Difference): boolean }[] =>
  rules
    .filter((rule) => rule.groups.test(group))
    .map((rule) => ({
      why: rule.why,
      holds: (one) => rule.at.test(one.at) && rule.millrace.test(one.millrace) && rule.spark.test(one.spark),
    }))
