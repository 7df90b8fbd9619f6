/** Columns, and fields of columns, as they are: their vectors need no loop. */
import type { Batch, Vector } from '../../data/vector.ts'
import { takeVector } from '../../data/vector-builder.ts'
import { assert } from '../../error.ts'
import type { BoundExpression } from '../../plan/expressions/bound-expression.ts'

/** Whether the expression is a column or a field of one. */
export function isPath(expression: BoundExpression): boolean {
  if (expression.kind !== 'BoundCall') return expression.kind === 'BoundColumn'
  const [struct, position] = expression.arguments
  return expression.function === 'get_field' && struct !== undefined && position?.kind === 'BoundLiteral' && isPath(struct)
}

/** The vector of a path, of the rows that are given. */
export function pathVector(batch: Batch, path: BoundExpression, rows: Int32Array | undefined): Vector {
  const vector = wholeVector(batch, path)
  return rows === undefined ? vector : takeVector(vector, rows)
}

function wholeVector(batch: Batch, path: BoundExpression): Vector {
  if (path.kind === 'BoundColumn') {
    const column = batch.columns[path.index]
    assert(column !== undefined, `a batch of ${batch.columns.length} columns has no column ${path.index}`)
    return column
  }
  assert(path.kind === 'BoundCall' && path.arguments[0] !== undefined && path.arguments[1]?.kind === 'BoundLiteral', 'a path is a path')
  const struct = wholeVector(batch, path.arguments[0])
  assert(struct.kind === 'struct', 'a field is one of a struct')
  const child = struct.children[Number(path.arguments[1].value)]
  assert(child !== undefined, 'a struct has all its fields')
  if (struct.validity === null) return child
  return { ...child, validity: child.validity === null ? struct.validity : both(struct.validity, child.validity) }
}

/** The rows that both bitmaps have. */
function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bits = new Uint8Array(a.length)
  for (let at = 0; at < bits.length; at++) bits[at] = (a[at] as number) & (b[at] as number)
  return bits
}
