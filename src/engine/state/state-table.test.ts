/** The state table beside a plain Map: the same answers after any puts, removals, seals, rollbacks and recoveries, for any types of keys and values. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataType, datumOf } from '../../../test/property/datum-arbitraries.ts'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { type DataType, field, structType, timestampType, windowType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { KEY_GROUPS, keyGroup } from '../../data/hash.ts'
import { encodeKey } from '../../data/key-codec.ts'
import type { StateEntry, StateExpiry, StateSchema } from './contract.ts'
import { StateTable } from './state-table.ts'

type Action =
  | { readonly kind: 'put'; readonly key: number; readonly value: readonly Datum[] }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'seal' | 'rollback' | 'rebuild' }

interface Scenario {
  readonly schema: StateSchema
  readonly keys: readonly (readonly Datum[])[]
  readonly actions: readonly Action[]
}

const tuple = (types: readonly DataType[]): fc.Arbitrary<Datum[]> => fc.tuple(...types.map((type) => datumOf(type)))
/** Where the time may stand: in a key or value of its own, in a window, or in a struct within a struct. */
const expiries: readonly { readonly type: DataType; readonly path: readonly number[] }[] = [
  { type: timestampType, path: [] },
  { type: windowType, path: [1] },
  { type: structType([field('w', windowType)]), path: [0, 0] },
]
const schemaOf = fc
  .record({
    keyTypes: fc.array(dataType, { maxLength: 3 }),
    valueTypes: fc.array(dataType, { maxLength: 3 }),
    expiry: fc.option(fc.record({ of: fc.constantFrom<'key' | 'value'>('key', 'value'), where: fc.constantFrom(...expiries) })),
  })
  .map(({ keyTypes, valueTypes, expiry }): StateSchema => {
    if (expiry === null) return { operatorId: 'o', keyTypes, valueTypes, expiry: null }
    const { of, where } = expiry
    const types = of === 'key' ? keyTypes : valueTypes
    const path: StateExpiry['path'] = [types.length, ...where.path]
    return {
      operatorId: 'o',
      keyTypes: of === 'key' ? [...keyTypes, where.type] : keyTypes,
      valueTypes: of === 'value' ? [...valueTypes, where.type] : valueTypes,
      expiry: { of, path },
    }
  })

const scenario: fc.Arbitrary<Scenario> = schemaOf.chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    keys: fc.array(tuple(schema.keyTypes), { minLength: 1, maxLength: 20, size: 'max' }),
    actions: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key: fc.nat(), value: tuple(schema.valueTypes) }) },
        { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), key: fc.nat() }) },
        { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('seal' as const, 'rollback' as const, 'rebuild' as const) }) },
      ),
      { maxLength: 60, size: 'max' },
    ),
  }),
)

/** What the table does, in as few words as can be. */
class Model {
  readonly #schema: StateSchema
  committed = new Map<string, StateEntry>()
  now = new Map<string, StateEntry>()
  readonly puts = new Set<string>()

  constructor(schema: StateSchema) {
    this.#schema = schema
  }
  put(key: readonly Datum[], value: readonly Datum[]): void {
    const text = this.text(key)
    this.now.set(text, { key: this.now.get(text)?.key ?? key, value })
    this.puts.add(text)
  }
  remove(key: readonly Datum[]): void {
    this.now.delete(this.text(key))
  }
  seal(): void {
    this.committed = new Map(this.now)
    this.puts.clear()
  }
  rollback(): void {
    this.now = new Map(this.committed)
    this.puts.clear()
  }
  text(key: readonly Datum[]): string {
    return encodeKey(this.#schema.keyTypes, key)
  }
  get changed(): StateEntry[] {
    return [...this.now].filter(([text]) => this.puts.has(text)).map(([, entry]) => entry)
  }
  get removed(): number {
    return [...this.committed.keys()].filter((text) => !this.now.has(text)).length
  }
  timeOf({ key, value }: StateEntry): bigint | null {
    const { expiry } = this.#schema
    if (expiry === null) return null
    let datum: Datum = expiry.of === 'key' ? key : value
    for (const index of expiry.path) datum = datum === null ? null : ((datum as readonly Datum[])[index] ?? null)
    return datum as bigint | null
  }
  times(): bigint[] {
    return [...this.now.values()]
      .map((entry) => this.timeOf(entry))
      .filter((time) => time !== null)
      .sort(ascending)
  }
}
const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

function check({ schema, keys }: Scenario, table: StateTable, model: Model): void {
  const sorted = (entries: Iterable<StateEntry>): unknown[] =>
    [...entries].map((entry) => [model.text(entry.key), entry.value] as const).sort(([a], [b]) => (a < b ? -1 : 1))
  expect(sorted(table.entries())).toEqual(sorted(model.now.values()))
  expect(sorted(table.changed())).toEqual(sorted(model.changed))
  for (const key of keys) {
    expect(table.get(key)).toEqual(model.now.get(model.text(key))?.value)
    const row = table.find(key)
    if (row >= 0) expect(model.text(table.keyAt(row))).toBe(model.text(key))
  }
  expect(table.metrics).toMatchObject({ rows: model.now.size, updatedRows: model.changed.length, removedRows: model.removed })
  const times = model.times()
  expect(table.earliestExpiry).toBe(times[0] ?? null)
  for (const limit of new Set([times[0] ?? 0n, times[times.length >> 1] ?? 0n, times.at(-1) ?? 0n])) {
    const expired = table.expired(limit)
    expect(expired.map((entry) => model.timeOf(entry))).toEqual(times.filter((time) => time <= limit))
    expect(new Set(expired.map((entry) => model.text(entry.key))).size).toBe(expired.length)
  }
  if (schema.expiry === null) expect(table.expired(2n ** 63n - 1n)).toEqual([])
}

/** The same state in a table of its own: by its groups, or by the changes that led to it. */
function rebuilt(schema: StateSchema, table: StateTable): StateTable {
  const other = new StateTable(schema)
  for (let group = 0; group < KEY_GROUPS; group++) {
    const bytes = table.encodeGroup(group)
    // What was in the group before goes.
    other.replaceGroup(group, bytes)
    other.replaceGroup(group, bytes)
  }
  return other
}

test('does what a map does', () => {
  fc.assert(
    fc.property(scenario, (given) => {
      const { schema, keys, actions } = given
      let table = new StateTable(schema)
      // Follows by the changes of each epoch alone.
      const follower = new StateTable(schema)
      const model = new Model(schema)
      for (const action of actions) {
        if (action.kind === 'put') {
          const key = keys[action.key % keys.length] ?? []
          table.put(key, action.value)
          model.put(key, action.value)
        } else if (action.kind === 'remove') {
          const key = keys[action.key % keys.length] ?? []
          table.remove(key)
          model.remove(key)
        } else if (action.kind === 'rollback') {
          table.rollback()
          model.rollback()
        } else {
          follower.applyChanges(table.encodeChanges())
          table.seal()
          model.seal()
          check(given, follower, model)
          if (action.kind === 'rebuild') table = rebuilt(schema, table)
        }
        // Now and then also amid an epoch.
        if (!('key' in action) || action.key % 4 === 0) check(given, table, model)
      }
      check(given, table, model)
    }),
    propertyOptions(80),
  )
})

test('nothing is written of a key that came and went within the epoch', () => {
  const table = new StateTable({ operatorId: 'o', keyTypes: [timestampType], valueTypes: [timestampType], expiry: null })
  const nothing = table.encodeChanges().length
  table.put([1n], [1n])
  table.remove([1n])
  expect(table.encodeChanges()).toHaveLength(nothing)
  table.put([1n], [2n])
  expect(table.encodeChanges().length).toBeGreaterThan(nothing)
  table.seal()
  table.remove([1n])
  table.put([1n], [3n])
  table.remove([1n])
  expect(table.encodeChanges().length).toBeGreaterThan(nothing)
  table.rollback()
  expect(table.get([1n])).toEqual([2n])
  expect(table.encodeChanges()).toHaveLength(nothing)
})

test('a group holds the keys that hash to it, as they are now', () => {
  fc.assert(
    fc.property(scenario, ({ schema, keys }) => {
      const table = new StateTable(schema)
      const value = schema.valueTypes.map(() => null)
      for (const key of keys) table.put(key, value)
      const kept = keys.filter((_, index) => index % 3 !== 0)
      for (const key of keys) if (!kept.includes(key)) table.remove(key)
      const groups = new Set(kept.filter((key) => table.get(key) !== undefined).map((key) => keyGroup(schema.keyTypes, key)))
      const other = new StateTable(schema)
      for (let group = 0; group < KEY_GROUPS; group++) {
        const bytes = table.encodeGroup(group)
        expect(bytes.length > 3).toBe(groups.has(group))
        other.replaceGroup(group, bytes)
        if (groups.has(group))
          expect(() => new StateTable(schema).replaceGroup((group + 1) % KEY_GROUPS, bytes)).toThrow(`it is group ${group}`)
      }
      expect(other.metrics.rows).toBe(table.metrics.rows)
    }),
    propertyOptions(40),
  )
})

test('by rows: what a found or made row is, and that its value of before the epoch comes back', () => {
  fc.assert(
    fc.property(scenario, ({ schema, keys, actions }) => {
      const table = new StateTable(schema)
      const model = new Model(schema)
      for (const action of actions) {
        if (action.kind === 'put') {
          const key = keys[action.key % keys.length] ?? []
          for (const [index, column] of table.keyColumns.entries()) column.set(0, key[index] ?? null)
          const found = table.findProbe()
          const row = table.upsertProbe()
          expect(table.created).toBe(found === -1)
          expect(table.valueAt(row)).toEqual(model.now.get(model.text(key))?.value ?? schema.valueTypes.map(() => null))
          // One column of the value changes, the others stay.
          const value = [...table.valueAt(row)]
          const changed = action.key % Math.max(1, value.length)
          if (value.length > 0) {
            value[changed] = action.value[changed] ?? null
            table.valueColumns[changed]?.set(row, value[changed] ?? null)
          }
          table.reschedule(row)
          model.put(key, value)
          if (action.key % 4 === 0) check({ schema, keys, actions }, table, model)
        } else if (action.kind === 'remove') {
          const key = keys[action.key % keys.length] ?? []
          const row = table.find(key)
          if (row !== -1) table.removeRow(row)
          model.remove(key)
        } else if (action.kind === 'rollback') {
          table.rollback()
          model.rollback()
        } else {
          table.seal()
          model.seal()
        }
      }
      check({ schema, keys, actions }, table, model)
    }),
    propertyOptions(80),
  )
})
