/** Rows of windows that are appended without being looked for, as columnar/window-rows.ts does it, beside a Map. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { longType, stringType, windowType } from '../../data/data-type.ts'
import { KEY_GROUPS } from '../../data/hash.ts'
import { NO_ROW } from './key-index.ts'
import { StateTable } from './state-table.ts'

const schema = { operatorId: 'o', keyTypes: [windowType, stringType], valueTypes: [longType], expiry: { of: 'key', path: [0, 1] } } as const
const action = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      window: fc.nat(5),
      key: fc.nat(12),
      isLookedFor: fc.nat(9).map((n) => n === 0),
      isLeased: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('seal' as const, 'rollback' as const, 'rebuild' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), upTo: fc.nat(5) }) },
)

test('are those that are there, whoever looks for them, and go with their windows', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (actions) => {
      let table = new StateTable(schema)
      let committed = new Map<string, bigint>()
      let now = new Map<string, bigint>()
      /** By window, in this epoch: whether it is appended to, and the keys that were met. */
      let windows = new Map<number, { isAppending: boolean; readonly keys: Set<number> }>()
      let next = 0n
      const probe = (window: number, key: number): void => {
        table.keyColumns[0]?.set(0, [BigInt(window), BigInt(window + 1)])
        table.keyColumns[1]?.set(0, `key ${key}`)
      }
      const end = (): void => {
        windows = new Map()
      }
      for (const one of actions) {
        if (one.kind === 'put') {
          const { window, key } = one
          probe(window, key)
          table.keyColumns[0]?.reserveRow(0)
          let known = windows.get(window)
          if (known === undefined) {
            known = { isAppending: table.appender.canAppend(table.section?.idOf(0) as number), keys: new Set() }
            windows.set(window, known)
          }
          const isNew = known.isAppending && !one.isLookedFor && !known.keys.has(key)
          let row = !isNew ? NO_ROW : one.isLeased ? leased(table) : table.appendProbe()
          if (row === NO_ROW) row = table.upsertProbe()
          known.keys.add(key)
          table.valueColumns[0]?.set(row, ++next)
          now.set(`${window} ${key}`, next)
        } else if (one.kind === 'close') {
          for (const row of table.expiredRows(BigInt(one.upTo))) table.removeRow(row)
          for (const name of now.keys()) if (Number(name.split(' ')[0]) < one.upTo) now.delete(name)
          table.seal()
          committed = new Map(now)
          end()
        } else if (one.kind === 'rollback') {
          table.rollback()
          now = new Map(committed)
          end()
        } else {
          table.seal()
          committed = new Map(now)
          end()
          if (one.kind === 'rebuild') {
            const other = new StateTable(schema)
            for (let group = 0; group < KEY_GROUPS; group++) other.replaceGroup(group, table.encodeGroup(group))
            table = other
          }
        }
        const entries = [...table.entries()].map(({ key: [window, key], value }) => {
          return [`${(window as readonly bigint[])[0]} ${(key as string).slice(4)}`, value[0] as bigint] as const
        })
        expect(entries).toHaveLength(now.size)
        expect(new Map(entries)).toEqual(now)
        expect(table.metrics.rows).toBe(now.size)
      }
      for (const [name, value] of now) {
        const [window, key] = name.split(' ').map(Number) as [number, number]
        expect(table.get([[BigInt(window), BigInt(window + 1)], `key ${key}`])).toEqual([value])
      }
      for (const row of table.rows()) table.removeRow(row)
      table.seal()
      expect([...table.entries()]).toEqual([])
      expect(table.earliestExpiry).toBeNull()
    }),
    propertyOptions(80),
  )
})

/** A row for the probe's key, as the operators make many at once. */
function leased(table: StateTable): number {
  const { appender, keyColumns } = table
  const section = table.section?.idOf(0) as number
  if (!appender.isAppending(section)) return NO_ROW
  keyColumns[1]?.reserveRow(0)
  appender.lease()
  const row = appender.rows[0] as number
  keyColumns[1]?.copy(0, row)
  appender.make(1, Int32Array.of(section))
  return row
}
