/** A column of type VOID: there is nothing to keep. */
import type { NullType } from '../../data/data-type.ts'
import type { Vector } from '../../data/vector.ts'
import type { StateColumn } from './state-column.ts'

export class NullColumn implements StateColumn {
  readonly type: NullType
  readonly rowBytes = 0
  readonly textBytes = 0

  constructor(type: NullType) {
    this.type = type
  }
  grow(): void {}
  get(): null {
    return null
  }
  isNull(): boolean {
    return true
  }
  set(): void {}
  clear(): void {}
  copy(): void {}
  move(): void {}
  reserve(): void {}
  reserveRow(): void {}
  hash(_row: number, seed: number): number {
    return seed
  }
  mix(_row: number, seed: number): number {
    return seed
  }
  equal(): boolean {
    return true
  }
  gather(rows: Int32Array): Vector {
    return { kind: 'null', length: rows.length, validity: null }
  }
  load(): void {}
  tidy(): void {}
}
