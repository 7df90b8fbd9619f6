/**
 * What to do with the members of a JSON object: made once from the declared schema and the columns that are wanted of it. Every declared field has its
 * entry, since its values are judged also where nobody wants them.
 */
import { Buffer } from 'node:buffer'
import type { DataType, StructType } from '../../data/data-type.ts'
import { assert } from '../../error.ts'
import type { JsonReader } from './json-reader.ts'

export interface MemberPlan {
  /** The name with those of the structs around it: `user.name`. */
  readonly path: string
  readonly type: DataType
  /** The place of the value in the row, or -1 where it is only judged. */
  readonly slot: number
  /** For a struct: its own members. */
  readonly object: ObjectPlan | null
}

export class ObjectPlan {
  /** Slots of a row of the object. */
  readonly width: number
  readonly #byName = new Map<string, MemberPlan>()
  readonly #plain: { readonly name: Uint8Array; readonly member: MemberPlan }[] = []

  /** `corrupt` is a column that is never read from a member. */
  constructor(declared: StructType, wanted: StructType | null, corrupt: string | null = null, prefix = '') {
    this.width = wanted?.fields.length ?? 0
    for (const { name, type } of declared.fields) {
      if (name === corrupt) continue
      const slot = wanted?.fields.findIndex((one) => one.name === name) ?? -1
      const part = wanted?.fields[slot]?.type ?? null
      assert(part === null || part.kind === type.kind, `the column ${prefix}${name} is declared as another type than it is read as`)
      const inner = part?.kind === 'struct' ? part : null
      const object = type.kind === 'struct' ? new ObjectPlan(type, inner, null, `${prefix}${name}.`) : null
      this.#add(name, { path: `${prefix}${name}`, type, slot, object })
    }
    for (const { name } of wanted?.fields ?? []) {
      assert(name === corrupt || this.#byName.has(name), `the column ${prefix}${name} is wanted of JSON but not declared`)
    }
  }

  #add(name: string, member: MemberPlan): void {
    this.#byName.set(name, member)
    if (/^[ -~]*$/.test(name)) this.#plain.push({ name: Buffer.from(name, 'latin1'), member })
  }

  /** The member that the reader's last string names, if it is declared. Names are told apart by case. */
  memberAt(reader: JsonReader): MemberPlan | undefined {
    if (!reader.isPlain) return this.#byName.get(reader.text())
    for (const { name, member } of this.#plain) if (reader.isText(name)) return member
    return undefined
  }
}
