/** All differential cases. golden/cases.json holds them for remake.py. */
import type { CaseGroup } from './case.ts'
import { castGroups } from './casts.ts'
import { expressionGroups } from './expressions.ts'
import { queryGroups } from './queries.ts'
import { randomGroups } from './random.ts'
import { jsonGroups, streamGroups } from './streams.ts'
import { tables } from './tables.ts'

const groups: readonly CaseGroup[] = [...expressionGroups, ...castGroups, ...queryGroups, ...randomGroups, ...streamGroups, ...jsonGroups]
export const cases = { tables, groups }
/** What a case is called in the golden files. */
export const caseKey = (one: CaseGroup['cases'][number]): string => (typeof one === 'string' ? one : one.id)
