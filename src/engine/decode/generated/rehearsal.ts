/**
 * A new function is run over a few records before the first real one. The optimiser takes a branch that was never taken for one that never will be: the first
 * record that takes it later throws the optimised function away, and compiling it again costs as much as decoding some hundred thousand records.
 *
 * The records are the sample's, with other numbers, other times and (where nobody wants them) other strings: values that leave nothing behind but in a row that
 * is not counted yet, which the caller rolls back.
 */
import { Buffer } from 'node:buffer'
import type { FieldNode } from './field-tree.ts'
import type { TemplateCode } from './record-code.ts'
import type { RecordTemplate, TemplatePart } from './record-template.ts'

const WHOLE = ['7', '42', '123', '1234', '12345', '123456', '1234567', '12345678', '-5', '0', '-1234567']
const REAL = [...WHOLE, '0.5', '12.25', '123.125', '1.1234', '1.12345', '12.123456', '-1.1234567', '1.12345678', '15e2', '-1.5E-3']
const TIMES = ['"2000-02-29T12:34:56.789Z"', '"2000-02-28T01:02:03.004Z"', '"2000-02-29T23:59:59Z"']
const TEXTS = ['""', '"a"', '"ab"', '"abc"', '"abcd"', '"abcdefgh"', '"abcdefghi"', '"a \\"quote\\""', '"\u00e9"']
/** The first time no feedback is kept yet. */
const RUNS = 2

/** Runs the code into `row`, which is not counted yet. */
export function rehearse({ read, reach }: TemplateCode, template: RecordTemplate, row: number): void {
  const records = rehearsalRecords(template)
  const lines = Buffer.concat([...records.flatMap((record) => [record, NEWLINE]), Buffer.alloc(reach)])
  const bytes = new Uint8Array(lines)
  const view = new DataView(bytes.buffer)
  const starts = new Int32Array(records.length + 1)
  const ends = new Int32Array(records.length)
  for (const [index, record] of records.entries()) {
    ends[index] = (starts[index] as number) + record.length
    starts[index + 1] = (ends[index] as number) + 1
  }
  for (let run = 0; run < RUNS; run++)
    for (let index = 0; index < records.length; index++) read(bytes, view, starts, ends, index, index + 1, 0, row, bytes.length - reach)
}
const NEWLINE = Buffer.from('\n')

/** As many as the value with the most forms has; the sample is among them. */
function rehearsalRecords({ parts }: RecordTemplate): readonly Buffer[] {
  const values = piecesOf(parts)
  const count = Math.max(...values.map((forms) => forms.length))
  return Array.from({ length: count }, (_, turn) => Buffer.concat(values.map((forms) => forms[turn % forms.length] as Uint8Array)))
}

/** What a record is made of, each piece in all its forms. */
function piecesOf(parts: readonly TemplatePart[]): readonly (readonly Uint8Array[])[] {
  return parts.flatMap((part) => {
    if (part.kind === 'literal') return [[part.bytes]]
    if (part.kind === 'struct') return piecesOf(part.parts)
    return [[part.sample, ...formsOf(part.node, part.first).map((text) => Buffer.from(text))]]
  })
}

function formsOf(node: FieldNode | null, first: number): readonly string[] {
  const isText = first === 0x22
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39)
  if (node === null || (node.type.kind === 'string' && node.lane === null)) return isText ? TEXTS : isNumber ? REAL : []
  switch (node.type.kind) {
    case 'int':
    case 'long':
      return isNumber ? WHOLE : []
    case 'double':
      return isNumber ? REAL : []
    case 'timestamp':
      return isText ? TIMES : []
    case 'boolean':
      return ['true', 'false']
    default:
      return []
  }
}
