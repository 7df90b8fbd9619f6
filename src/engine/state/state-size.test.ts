/** The state table at sizes where pages, chunks and indexes grow, and with a memory budget. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { datumOf } from '../../../test/property/datum-arbitraries.ts'
import { propertyOptions } from '../../../test/property/property-options.ts'
import { binaryType, type DataType, longType, stringType, timestampType, windowType } from '../../data/data-type.ts'
import type { Datum } from '../../data/datum.ts'
import { KEY_GROUPS } from '../../data/hash.ts'
import { MillraceError } from '../../error.ts'
import type { StateSchema } from './contract.ts'
import { PAGE_ROWS } from './pages.ts'
import { StateMemory, StateTable } from './state-table.ts'

const schemaOf = (keyTypes: readonly DataType[], valueTypes: readonly DataType[]): StateSchema => ({
  operatorId: 'o',
  keyTypes,
  valueTypes,
  expiry: null,
})

/** Small steps of a linear congruence: the same in every run, and quick. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
}

describe('many rows', () => {
  test('with texts that come, change and go are those of a map, in memory that they need', () => {
    const schema: StateSchema = {
      operatorId: 'o',
      keyTypes: [stringType],
      valueTypes: [timestampType, longType, stringType],
      expiry: { of: 'value', path: [0] },
    }
    const next = numbers(7)
    const table = new StateTable(schema)
    let model = new Map<string, readonly Datum[]>()
    const keys = 2 * PAGE_ROWS
    for (let epoch = 0; epoch < 12; epoch++) {
      const now = new Map(model)
      for (let change = 0; change < 6_000; change++) {
        // A stretch of keys in each epoch, so that some live long and some not.
        const key = `key ${(epoch * 3000 + next(keys / 2)) % keys}`
        if (next(5) === 0) {
          table.remove([key])
          now.delete(key)
        } else {
          const unsafe = next(3000) === 0
          const value = [
            BigInt(next(100)) * 2n ** (unsafe ? 50n : 3n),
            BigInt(next(1000)) - (unsafe ? 2n ** 60n : 0n),
            'é'.repeat(next(200)),
          ]
          table.put([key], value)
          now.set(key, value)
        }
      }
      if (next(4) === 0) table.rollback()
      else {
        table.seal()
        model = now
      }
      expect(table.metrics.rows).toBe(model.size)
      const times = [...model.values()].map((value) => value[0] as bigint)
      const earliest = times.sort((a, b) => (a < b ? -1 : 1))[0] as bigint
      expect(table.earliestExpiry).toBe(earliest)
      expect(table.expired(earliest)).toHaveLength(times.filter((time) => time === earliest).length)
    }
    const rows = [...table.entries()].map(({ key, value }) => [key[0], value] as const)
    expect(new Map(rows)).toEqual(model)
    // Texts of 200 bytes on average and what is waste of them, lanes for rows and their shadows, and the index.
    expect(table.metrics.memoryBytes / model.size).toBeLessThan(700)

    const other = new StateTable(schema)
    for (let group = 0; group < KEY_GROUPS; group++) other.replaceGroup(group, table.encodeGroup(group))
    expect(new Map([...other.entries()].map(({ key, value }) => [key[0], value] as const))).toEqual(model)
    expect(other.earliestExpiry).toBe(table.earliestExpiry)
  })

  test('give back the memory of their texts when they go', () => {
    const table = new StateTable(schemaOf([longType], [binaryType]))
    const value = [new Uint8Array(1000)]
    for (let key = 0n; key < 20_000n; key++) table.put([key], value)
    table.seal()
    const full = table.metrics.memoryBytes
    expect(full).toBeGreaterThan(20_000_000)
    // Nine of ten go, so that no chunk is empty at once.
    for (let key = 0n; key < 20_000n; key++) if (key % 10n !== 0n) table.remove([key])
    table.seal()
    table.seal()
    expect(table.metrics.memoryBytes).toBeLessThan(full / 3)
    expect(table.get([10n])).toEqual(value)
    for (let key = 0n; key < 20_000n; key += 10n) table.remove([key])
    table.seal()
    expect(table.metrics.memoryBytes).toBeLessThan(3_000_000)
  })

  test('a million keys: all are there, a group at a time', () => {
    const table = new StateTable({
      operatorId: 'o',
      keyTypes: [windowType, longType],
      valueTypes: [longType],
      expiry: { of: 'key', path: [0, 1] },
    })
    const rows = 1_000_000
    const windows = [0n, 1n, 2n, 3n].map((index) => [index * 60_000_000n, (index + 1n) * 60_000_000n] as const)
    for (let row = 0; row < rows; row++) table.put([windows[row & 3] as readonly Datum[], BigInt(row)], [BigInt(row)])
    expect(table.metrics).toMatchObject({ rows, updatedRows: rows })
    table.seal()
    expect(table.get([windows[3] as readonly Datum[], 999_999n])).toEqual([999_999n])
    expect(table.metrics.memoryBytes / rows).toBeLessThan(80)
    for (const group of [0, 77, 127]) {
      const { length } = table.encodeGroup(group)
      expect(length / (rows / KEY_GROUPS)).toBeLessThan(20)
      // An estimate is good when it is of the right size.
      expect(table.groupSizeBytes(group) / length).toBeGreaterThan(0.5)
      expect(table.groupSizeBytes(group) / length).toBeLessThan(5)
    }
    expect(table.expired(59_999_999n)).toHaveLength(0)
    const expired = table.expired(60_000_000n)
    expect(expired).toHaveLength(rows / 4)
    for (const { key } of expired) table.remove(key)
    expect(table.metrics).toMatchObject({ rows: rows * 0.75, removedRows: rows / 4 })
    expect(table.earliestExpiry).toBe(120_000_000n)
    table.rollback()
    expect(table.metrics.rows).toBe(rows)
    expect(table.earliestExpiry).toBe(60_000_000n)
  })
})

describe('a memory budget', () => {
  test('refuses the put that would pass it, and that alone', () => {
    const shapes = fc.record({
      bytesMax: fc.integer({ min: 20_000, max: 400_000 }),
      values: fc.array(fc.tuple(fc.nat(50), datumOf(stringType), fc.nat(3000)), { maxLength: 400 }),
    })
    fc.assert(
      fc.property(shapes, ({ bytesMax, values }) => {
        const table = new StateTable(schemaOf([stringType], [binaryType, stringType]), { memoryBytesMax: bytesMax })
        const model = new Map<string, readonly Datum[]>()
        for (const [key, text, length] of values) {
          const value = [new Uint8Array(length), text]
          const before = table.metrics
          try {
            table.put([`${key}`], value)
            model.set(`${key}`, value)
          } catch (error) {
            if (!MillraceError.is(error, 'STATE_TOO_LARGE')) throw error
            expect(table.metrics).toMatchObject({ rows: before.rows, updatedRows: before.updatedRows })
          }
          expect(table.metrics.memoryBytes).toBeLessThanOrEqual(bytesMax)
        }
        for (const [key, value] of model) expect(table.get([key])).toEqual(value)
        expect(table.metrics.rows).toBe(model.size)
        table.rollback()
        expect(table.metrics.rows).toBe(0)
      }),
      propertyOptions(25),
    )
  })

  test('says what it would have been, and what may be', () => {
    const table = new StateTable(schemaOf([longType], [binaryType]), { memoryBytesMax: 1_000_000 })
    table.put([1n], [new Uint8Array(10)])
    try {
      table.put([1n], [new Uint8Array(2_000_000)])
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'STATE_TOO_LARGE', details: { bytesMax: 1_000_000 } })
      expect(String(error)).toMatch(
        /The state would take 20\d{5} bytes of memory, and 1000000 are allowed\. Raise millrace\.state\.maxBytes/,
      )
    }
    expect(table.get([1n])).toEqual([new Uint8Array(10)])
  })

  test('can be one of several tables', () => {
    const memory = new StateMemory(1_000_000)
    const [a, b] = [
      new StateTable(schemaOf([longType], [binaryType]), { memory }),
      new StateTable(schemaOf([longType], [binaryType]), { memory }),
    ]
    a.put([1n], [new Uint8Array(600_000)])
    expect(() => b.put([1n], [new Uint8Array(600_000)])).toThrow('STATE_TOO_LARGE')
    a.remove([1n])
    a.seal()
    b.put([1n], [new Uint8Array(600_000)])
    expect(memory.bytes).toBe(a.metrics.memoryBytes + b.metrics.memoryBytes)
  })

  test('holds for texts longer than a chunk, also where one goes over another', () => {
    const table = new StateTable(schemaOf([longType], [binaryType, stringType]), { memoryBytesMax: 30_000_000 })
    const next = numbers(3)
    let last: readonly Datum[] = []
    for (let round = 0; round < 30; round++) {
      last = [new Uint8Array(next(3_000_000)).fill(round), 'x'.repeat(next(2_000_000))]
      table.put([BigInt(round % 2)], last)
      if (round % 7 === 0) table.seal()
      if (round % 11 === 5) table.rollback()
    }
    table.put([5n], last)
    const [bytes, text] = table.get([5n]) ?? []
    expect(Buffer.compare(bytes as Uint8Array, last[0] as Uint8Array)).toBe(0)
    expect(text === last[1]).toBe(true)
  })
})

describe('damage', () => {
  const schema = schemaOf([longType, stringType], [binaryType])
  const filled = (): StateTable => {
    const table = new StateTable(schema)
    for (let key = 0n; key < 50n; key++) table.put([key, `key ${key}`], [Uint8Array.of(Number(key))])
    table.seal()
    for (let key = 0n; key < 10n; key++) table.remove([key, `key ${key}`])
    for (let key = 10n; key < 20n; key++) table.put([key, `key ${key}`], [null])
    return table
  }
  const refusedOrRead = (run: () => void): void => {
    try {
      run()
    } catch (error) {
      if (!MillraceError.is(error, 'CHECKPOINT_DAMAGED')) throw error
    }
  }

  test('in changes and groups is refused, or gives other rows, and nothing else', () => {
    const table = filled()
    const changes = table.encodeChanges().slice()
    const groups = Array.from({ length: KEY_GROUPS }, (_, group) => table.encodeGroup(group).slice())
    const damage = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat())
    fc.assert(
      fc.property(damage, fc.nat(KEY_GROUPS - 1), ([at, value, cut], group) => {
        for (const [index, bytes] of [changes, groups[group] as Uint8Array].entries()) {
          const damaged = bytes.slice(0, cut % 4 === 0 ? cut % (bytes.length + 1) : bytes.length)
          if (damaged.length > 0) damaged[at % damaged.length] = value
          const other = new StateTable(schema)
          refusedOrRead(() => (index === 0 ? other.applyChanges(damaged) : other.replaceGroup(group, damaged)))
        }
      }),
      propertyOptions(1000),
    )
  })

  test('that puts something in the place of something else is named', () => {
    const table = filled()
    const other = new StateTable(schema)
    expect(() => other.applyChanges(table.encodeGroup(0))).toThrow('The bytes of changes of state cannot be read: it is something else.')
    expect(() => other.replaceGroup(0, table.encodeChanges())).toThrow('CHECKPOINT_DAMAGED')
    const full = Array.from({ length: KEY_GROUPS }, (_, group) => group).find((group) => table.encodeGroup(group).length > 3) as number
    const renamed = table.encodeGroup(full).slice()
    renamed[2] = (full + 1) % KEY_GROUPS
    expect(() => other.replaceGroup((full + 1) % KEY_GROUPS, renamed)).toThrow(`a key is of group ${full}`)
    const twice = table.encodeGroup(full)
    expect(() => other.replaceGroup(full, Uint8Array.of(...twice, ...twice.subarray(3)))).toThrow('a key is there twice')
  })

  test('of the order of calls is an error of the engine', () => {
    expect(() => filled().applyChanges(new Uint8Array())).toThrow('INTERNAL_ERROR')
  })
})
