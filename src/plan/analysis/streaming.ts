/** Whether a relation's rows come from a streaming source. */
import type { Relation } from '../nodes/relation.ts'

export function isStreaming(relation: Relation): boolean {
  switch (relation.kind) {
    case 'Read':
      return true
    case 'LocalRelation':
      return false
    case 'SetOperation':
      return isStreaming(relation.left) || isStreaming(relation.right)
    default:
      return isStreaming(relation.input)
  }
}
