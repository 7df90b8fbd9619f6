import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataType, datumOf } from '../../../../test/property/datum-arbitraries.ts'
import { propertyOptions } from '../../../../test/property/property-options.ts'
import type { Datum } from '../../../data/datum.ts'
import type { InternedColumn } from '../../state/interned-column.ts'
import { StateTable } from '../../state/state-table.ts'
import { byKeys } from '../groups.ts'
import { orderRows } from './row-order.ts'

test('rows are in the order of their keys, few and many, and texts are those of their rows', () => {
  const keys = fc
    .array(dataType, { minLength: 1, maxLength: 3 })
    .chain((types) =>
      fc.tuple(fc.constant(types), fc.array(fc.tuple(...types.map((type) => datumOf(type))), { maxLength: 150, size: 'max' })),
    )
  fc.assert(
    fc.property(keys, ([keyTypes, rows]) => {
      const table = new StateTable({ operatorId: 'o', keyTypes, valueTypes: [], expiry: null })
      // As the operators do it, zeros have no sign.
      const normal = (datum: Datum): Datum => (datum === 0 ? 0 : Array.isArray(datum) ? datum.map(normal) : datum)
      for (const row of rows) table.put((row as Datum[]).map(normal), [])
      const ordered = orderRows(table.keyColumns, [], table.rows())
      const compare = byKeys(keyTypes)
      const expected = [...table.entries()].map(({ key }) => key).sort(compare)
      const keys: (readonly Datum[])[] = []
      for (let part = ordered.next(); part !== null; part = ordered.next()) {
        for (const row of part.rows) keys.push(table.keyAt(row))
        for (const [column, ranks] of part.ranks.entries()) {
          const ids = ordered.ids[column]
          if (ranks !== null && ids != null)
            expect(Array.from(ranks, (rank) => ids[rank])).toEqual(
              Array.from((table.keyColumns[column] as InternedColumn).idsOf(part.rows)),
            )
        }
      }
      expect(keys).toEqual(expected)
    }),
    propertyOptions(150),
  )
})
