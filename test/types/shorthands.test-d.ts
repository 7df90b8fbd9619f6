/** The shorthands of groupBy without names: all columns that are numbers. This file is compiled, never run. */
import type { DataFrame } from '../../src/index.ts'
import { rowIs } from './assertions.ts'

declare const orders: DataFrame<{ user: string; price: number; discount: number | null; big: bigint; at: Date }>
rowIs<{ user: string; 'sum(price)': number; 'sum(discount)': number | null; 'sum(big)': bigint }>()(orders.groupBy('user').sum(), true)
rowIs<{ user: string; 'avg(price)': number; 'avg(discount)': number | null; 'avg(big)': number }>()(orders.groupBy('user').avg(), true)
rowIs<{ user: string; 'min(price)': number; 'min(discount)': number | null; 'min(big)': bigint }>()(orders.groupBy('user').min(), true)
rowIs<{ price: number; 'max(price)': number; 'max(discount)': number | null; 'max(big)': bigint }>()(orders.groupBy('price').max(), true)
// all rows together: one row even where none came
rowIs<{ count: number }>()(orders.groupBy().count(), true)
rowIs<{ 'sum(price)': number | null; 'sum(discount)': number | null; 'sum(big)': bigint | null }>()(orders.groupBy().sum(), true)
rowIs<{ 'max(at)': Date | null }>()(orders.groupBy().max('at'), true)
