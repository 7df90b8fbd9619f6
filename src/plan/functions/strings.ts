/** Texts. Lengths and positions count code points, and positions begin at 1, as in Spark. */
import { binaryType, booleanType, type DataType, intType, stringType } from '../../data/data-type.ts'
import type { FunctionSignature } from './signature.ts'
import { scalar, typeOr } from './type-rules.ts'

const text = stringType
function fn(
  name: string,
  usage: string,
  doc: string,
  takes: readonly DataType[],
  gives: DataType,
  result: readonly [string, string] | null,
  extra: { readonly min?: number; readonly aliases?: readonly string[] } = {},
): FunctionSignature {
  return scalar('string', name, extra.min ?? takes.length, takes.length, {
    usage,
    doc,
    takes,
    gives,
    aliases: extra.aliases ?? [],
    examples: result === null ? [] : [{ call: result[0], result: result[1] }],
  })
}

export const stringFunctions: readonly FunctionSignature[] = [
  fn('upper', 'upper(text)', 'The text in upper case, by Unicode.', [text], text, ["upper('ab')", 'AB'], { aliases: ['ucase'] }),
  fn('lower', 'lower(text)', 'The text in lower case, by Unicode.', [text], text, ["lower('AB')", 'ab'], { aliases: ['lcase'] }),
  fn(
    'initcap',
    'initcap(text)',
    'The first letter of each word in upper case, the others in lower case; words are parted by spaces.',
    [text],
    text,
    ["initcap('ab cd')", 'Ab Cd'],
  ),
  scalar('string', 'length', 1, 1, {
    aliases: ['char_length', 'character_length', 'len'],
    usage: 'length(text)',
    doc: 'The number of code points of a text, or of bytes of a binary.',
    examples: [{ call: "length('abc')", result: '3' }],
    resolve: (args) => {
      const type = typeOr(args[0], stringType)
      const of = type.kind === 'binary' ? binaryType : stringType
      const strict = fn('length', '', '', [of], intType, null)
      return strict.resolve(args)
    },
  }),
  fn('trim', 'trim(text)', 'The text without spaces at both ends.', [text], text, ["trim(' a ')", 'a']),
  fn('ltrim', 'ltrim(text)', 'The text without spaces at its beginning.', [text], text, ["ltrim(' a')", 'a']),
  fn('rtrim', 'rtrim(text)', 'The text without spaces at its end.', [text], text, ["rtrim('a ')", 'a']),
  fn(
    'substring',
    'substring(text, position[, length])',
    'The part from a position (1 is the first, −1 the last, 0 the same as 1), as long as asked.',
    [text, intType, intType],
    text,
    ["substring('abcd', 2, 2)", 'bc'],
    { min: 2, aliases: ['substr'] },
  ),
  scalar('string', 'concat', 1, 256, {
    usage: 'concat(a, b, …)',
    doc: 'The texts one after the other; null where one is null.',
    takes: [text],
    gives: text,
    examples: [{ call: "concat('a', 'b')", result: 'ab' }],
  }),
  scalar('string', 'concat_ws', 1, 256, {
    usage: 'concat_ws(separator, a, b, …)',
    doc: 'The texts that are not null, with the separator between them; null only where the separator is.',
    examples: [{ call: "concat_ws('-', 'a', NULL, 'b')", result: 'a-b' }],
    resolve: (args) => {
      const strict = scalar('string', 'concat_ws', 1, 256, { usage: '', doc: '', takes: [text], gives: text })
      return { ...strict.resolve(args), nullable: args[0]?.nullable === true }
    },
  }),
  fn('contains', 'contains(text, part)', 'Whether the part is in the text.', [text, text], booleanType, ["contains('abc', 'bc')", 'true']),
  fn('startswith', 'startswith(text, prefix)', 'Whether the text begins with the prefix.', [text, text], booleanType, [
    "startswith('abc', 'ab')",
    'true',
  ]),
  fn('endswith', 'endswith(text, suffix)', 'Whether the text ends with the suffix.', [text, text], booleanType, [
    "endswith('abc', 'bc')",
    'true',
  ]),
  fn(
    'like',
    'text LIKE pattern',
    'Whether the whole text fits the pattern: % is any text, _ one character, \\ takes the next character as it is.',
    [text, text],
    booleanType,
    ["'abc' LIKE 'a%'", 'true'],
  ),
  fn(
    'rlike',
    'text RLIKE pattern',
    'Whether the regular expression (JavaScript syntax, Unicode mode) is found in the text.',
    [text, text],
    booleanType,
    ["'abc' RLIKE 'b+'", 'true'],
    { aliases: ['regexp', 'regexp_like'] },
  ),
  fn(
    'regexp_extract',
    'regexp_extract(text, pattern[, group])',
    'The group (default 1) of the first place where the pattern is found; the empty text where it is not.',
    [text, text, intType],
    text,
    ["regexp_extract('a12', '([0-9]+)', 1)", '12'],
    { min: 2 },
  ),
  fn(
    'regexp_replace',
    'regexp_replace(text, pattern, replacement)',
    'The text with all places where the pattern is found replaced; $1 is a group.',
    [text, text, text],
    text,
    ["regexp_replace('a12', '[0-9]', 'x')", 'axx'],
  ),
  fn(
    'replace',
    'replace(text, search[, replacement])',
    'The text with all occurrences replaced (default: removed).',
    [text, text, text],
    text,
    ["replace('aba', 'a', 'c')", 'cbc'],
    { min: 2 },
  ),
  fn('instr', 'instr(text, part)', 'The position of the first occurrence, 0 where there is none.', [text, text], intType, [
    "instr('abc', 'c')",
    '3',
  ]),
  fn(
    'lpad',
    'lpad(text, length[, pad])',
    'The text made as long as asked by filling (default: spaces) or cutting, on the left.',
    [text, intType, text],
    text,
    ["lpad('7', 3, '0')", '007'],
    { min: 2 },
  ),
  fn(
    'rpad',
    'rpad(text, length[, pad])',
    'The text made as long as asked by filling (default: spaces) or cutting, on the right.',
    [text, intType, text],
    text,
    ["rpad('7', 3, '0')", '700'],
    { min: 2 },
  ),
  fn('reverse', 'reverse(text)', 'The code points in reverse order.', [text], text, ["reverse('abc')", 'cba']),
  fn('repeat', 'repeat(text, times)', 'The text several times; empty for zero and less.', [text, intType], text, [
    "repeat('ab', 2)",
    'abab',
  ]),
]
