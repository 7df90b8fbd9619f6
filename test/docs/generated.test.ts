/** Pages that are made from the code, so that they cannot lie. `npx vitest run test/docs/generated -u` writes them anew. */
import { expect, test } from 'vitest'
import { sessionParts } from '../../src/composition.ts'
import { configurationSpecs } from '../../src/engine/query/configuration.ts'
import { errorCodes } from '../../src/error-codes.ts'
import type { OptionSpecs } from '../../src/plan/contracts/options.ts'
import { functionSignatures } from '../../src/plan/functions/registry.ts'
import type { FunctionSignature } from '../../src/plan/functions/signature.ts'

const page = (...parts: readonly string[]): string => `${parts.join('\n\n')}\n`
const row = (...cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n')

test('docs/errors.md', async () => {
  const rows = Object.entries(errorCodes).map(([code, { when, remedy }]) => [`\`${code}\``, when, remedy])
  await expect(
    page(
      '# Error codes',
      'Every error of Millrace is a `MillraceError` with a `code`, a sentence, a `hint` that says what would be right, and `details` as plain data. Codes are never renamed or reused. Where Spark has a condition of the name, it means the same. This page is made from `src/error-codes.ts`.',
      table(['code', 'what happened', 'what to do'], rows),
    ),
  ).toMatchFileSnapshot('../../docs/errors.md')
})

test('docs/functions.md', async () => {
  const groups = [...new Set(functionSignatures.map((one) => one.group))]
  const cells = ({ usage, aliases, doc, examples }: FunctionSignature): string[] => [
    `\`${usage}\`${aliases === undefined || aliases.length === 0 ? '' : ` (also ${aliases.map((one) => `\`${one}\``).join(', ')})`}`,
    doc,
    (examples ?? []).map((one) => `\`${one.call}\` → \`${one.result}\``).join('; '),
  ]
  const sections = groups.flatMap((group) => [
    `## ${group[0]?.toUpperCase()}${group.slice(1)}`,
    table(['call', 'meaning', 'examples'], functionSignatures.filter((one) => one.group === group).map(cells)),
  ])
  await expect(
    page(
      '# Functions',
      'The functions of the language by their names in SQL. In TypeScript they have the same names in camel case (`date_trunc` is `dateTrunc`), operators are methods of columns (`a + b` is `a.add(b)`), `if` is `iff` and `named_struct` is `struct`. In arguments a string names a column; `lit(…)` makes a constant. This page is made from `src/plan/functions`.',
      ...sections,
    ),
  ).toMatchFileSnapshot('../../docs/functions.md')
})

test('docs/options.md', async () => {
  const { catalog } = sessionParts()
  const options = (specs: OptionSpecs): string => {
    const rows = Object.entries(specs).map(([name, { type, default: preset, required, oneOf, doc }]) => [
      `\`${name}\``,
      oneOf === undefined ? type : oneOf.map((one) => `\`${one}\``).join(', '),
      required ? 'required' : preset === undefined ? '' : `\`${preset}\``,
      doc,
    ])
    return rows.length === 0 ? 'No options.' : table(['option', 'values', 'default', 'meaning'], rows)
  }
  await expect(
    page(
      '# Options',
      'Names are case-insensitive. An unknown option, or a value that does not fit, is refused before a query starts. This page is made from the code.',
      '## Session',
      'Set with `.config(key, value)` of the builder or `session.conf.set(key, value)`. Keys of Spark (`spark.…`) are let through, so that a program can carry the settings of its cluster; `spark.sql.session.timeZone` is read.',
      options(configurationSpecs),
      '## Query',
      '`checkpointLocation` and `delivery` (`exactly-once`, `at-least-once`) are options of `writeStream` for the query itself; checkpoints come with the journal.',
      ...catalog.sources().flatMap((one) => [`## Source \`${one.format}\``, options(one.options)]),
      ...catalog
        .sinks()
        .flatMap((one) => [
          `## Sink \`${one.format}\``,
          `Output modes: ${one.modes.join(', ')}. Delivery: ${one.delivery}.`,
          options(one.options),
        ]),
    ),
  ).toMatchFileSnapshot('../../docs/options.md')
})
