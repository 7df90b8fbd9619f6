/** Reads an output folder as `cat part-*` does, knowing nothing of the engine or its manifest. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerRow, LedgerWindow } from './ledger.ts'

interface OutputWindow {
  readonly start: string
  readonly end: string
}
interface OutputGroup {
  readonly window?: OutputWindow
  readonly session_window?: OutputWindow
  readonly partition?: number
  readonly id?: string
  readonly rows: number
  readonly amount: number
}

/** The lines of all parts that have a name now. */
export function linesOf(folder: string): string[] {
  if (!existsSync(folder)) return []
  const parts = readdirSync(folder).filter((name) => name.startsWith('part-'))
  return parts.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')).filter((line) => line !== '')
}

export const rowsOf = (folder: string): LedgerRow[] => linesOf(folder).map((line) => JSON.parse(line) as LedgerRow)

export function windowsIn(folder: string): LedgerWindow[] {
  return linesOf(folder).map((line) => {
    const group = JSON.parse(line) as OutputGroup
    const window = group.window ?? group.session_window
    return {
      key: String(group.partition ?? group.id),
      startMs: Date.parse(window?.start ?? ''),
      endMs: Date.parse(window?.end ?? ''),
      rows: group.rows,
      amount: group.amount,
    }
  })
}

/** How many rows the parts of an epoch have. */
export function rowsOfEpoch(folder: string, epoch: number): number {
  const middle = String(epoch).padStart(10, '0')
  const parts = readdirSync(folder).filter((name) => new RegExp(`^part-\\d+-${middle}-`).test(name))
  return parts.reduce((sum, name) => sum + readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').length, 0)
}
