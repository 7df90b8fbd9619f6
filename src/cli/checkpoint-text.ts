/** What `millrace checkpoint` says to people. */
import type { ListedCheckpoint } from '../engine/checkpoint/checkpoint-list.ts'
import type { CheckpointInspection, EpochInspection } from '../engine/checkpoint/inspection.ts'
import type { RewindPlan } from '../engine/checkpoint/rewind.ts'
import type { RunnerInspection } from '../engine/checkpoint/runner-inspection.ts'
import type { Verification } from '../engine/checkpoint/verification.ts'
import { countText, sizeText, textFields, textTable, timeText } from './text-table.ts'

export function listText(folder: string, checkpoints: readonly ListedCheckpoint[]): string {
  if (checkpoints.length === 0) return `There is no checkpoint in ${folder}.\n`
  const columns = [
    { title: 'location' },
    { title: 'state' },
    { title: 'last epoch', align: 'right' as const },
    { title: 'at' },
    { title: 'sink' },
    { title: 'size', align: 'right' as const },
    { title: 'query' },
  ]
  const rows = checkpoints.map((one) => [
    one.location,
    one.state,
    String(one.lastEpoch ?? '-'),
    one.lastEpochMs === null ? '-' : timeText(one.lastEpochMs),
    one.sink ?? '-',
    sizeText(one.bytes),
    one.queryId ?? one.problem ?? '-',
  ])
  return textTable(columns, rows)
}

export function inspectText(inspection: CheckpointInspection, epochsMax: number): string {
  const { location, query, runners, lineage, rewinds, rewoundTo, program, rewindable, epochs, inDoubt, files, strays, tornTails } =
    inspection
  const fields: [string, string][] = [
    ['checkpoint', location],
    [
      'query',
      query === null ? 'not known: the file is missing' : `${query.queryId}, made ${timeText(query.createdMs)}, format ${query.format}`,
    ],
    ...runners.slice(-3).map((one, index): [string, string] => [index === 0 ? 'runners' : '', runnerText(one)]),
    ['lineage', rewoundTo === null ? `${lineage}, never rewound` : `${lineage}, last rewound to epoch ${rewoundTo}`],
    ...rewinds.map((one): [string, string] => [
      '',
      `${one.lineage}: to epoch ${one.toEpoch}, ${timeText(one.atMs)}, by runner ${one.runnerEpoch}`,
    ]),
    ...programFields(program),
    ['rewindable', rewindable === null ? 'no' : `to the epochs ${rewindable.from} to ${rewindable.to}`],
  ]
  const shown = epochsMax === 0 ? [] : epochs.slice(-epochsMax)
  const title = `epochs: ${epochs.length === 0 ? 'none is committed' : `${epochs[0]?.epoch} to ${epochs.at(-1)?.epoch} are in the journal`}`
  const parts: string[] = [textFields(fields), `${title}\n${shown.length === 0 ? '' : epochTable(shown)}`]
  if (inDoubt !== null) {
    const sources = Object.entries(inDoubt.sources).map(([id, { start, end }]) => `${id} ${JSON.stringify(start)} → ${JSON.stringify(end)}`)
    parts.push(`in doubt: epoch ${inDoubt.epoch}, begun ${timeText(inDoubt.batchTimeMs)}: ${sources.join('; ')}\n`)
  }
  const rows = files.map(({ part, files: count, bytes }) => [part, String(count), sizeText(bytes)])
  parts.push(textTable([{ title: 'part' }, { title: 'files', align: 'right' }, { title: 'size', align: 'right' }], rows))
  if (tornTails.length > 0) parts.push(tornTails.map(({ path, bytes }) => `torn tail: ${path}, ${countText(bytes, 'byte')}\n`).join(''))
  if (strays.length > 0) parts.push(strays.map((path) => `stray: ${path}\n`).join(''))
  return parts.join('\n')
}

function runnerText({ runnerEpoch, state, holds, claim }: RunnerInspection): string {
  if (claim === null) return `${runnerEpoch}: its claim cannot be read`
  const { identity, claimedMs } = claim
  const what = {
    released: 'ended in order',
    dead: 'ended without a word',
    alive: holds ? 'runs' : 'runs, and is shut out',
    unknown: holds ? 'may run: it cannot be seen from this host' : 'shut out',
  }[state]
  return `${runnerEpoch}: process ${identity.pid} on ${identity.host}, since ${timeText(claimedMs)}, ${what}`
}

function programFields(program: CheckpointInspection['program']): [string, string][] {
  if (program === null) return [['program', 'not known: no start got so far']]
  const { outputMode, sink, timeZone, watermarkPolicy, operators, sources } = program
  return [
    ['program', `${outputMode} into ${sink}, time zone ${timeZone}, watermark policy ${watermarkPolicy}`],
    ...sources.map(({ id, format, place }): [string, string] => [
      '  source',
      `${id}: ${format}${place === null ? ', read through its log' : ` ${place}`}`,
    ]),
    ...operators.map(({ id, keys, values, windows, eventTime }): [string, string] => [
      '  operator',
      `${id}: keys (${keys.join(', ')}), values (${values.join(', ')})${windows.map((one) => `, ${one}`).join('')}${eventTime === null ? '' : `, expires by ${eventTime}`}`,
    ]),
  ]
}

function epochTable(epochs: readonly EpochInspection[]): string {
  const columns = [
    { title: 'epoch', align: 'right' as const },
    { title: 'batch time' },
    { title: 'in', align: 'right' as const },
    { title: 'out', align: 'right' as const },
    { title: 'late', align: 'right' as const },
    { title: 'malformed', align: 'right' as const },
    { title: 'watermark' },
    { title: 'state' },
    { title: 'read' },
  ]
  const rows = epochs.map((one) => [
    String(one.epoch),
    timeText(one.batchTimeMs),
    ...[one.rows.in, one.rows.out, one.rows.late, one.rows.malformed].map(String),
    Object.values(one.watermarks)
      .map((value) => value ?? '-')
      .join(', ') || '-',
    one.state.map(stateText).join('; ') || '-',
    one.noData
      ? 'no data'
      : Object.entries(one.sources)
          .map(([id, { start, end }]) => `${id} ${JSON.stringify(start)} → ${JSON.stringify(end)}`)
          .join('; '),
  ])
  return textTable(columns, rows)
}

const stateText = ({ operator, bytes, file, baseEpoch }: EpochInspection['state'][number]): string =>
  `${operator} ${sizeText(bytes)}${file === null ? '' : ` in ${file.name} at ${file.offset}`}, base ${baseEpoch}`

export function verifyText({ location, findings, intact, checked, rewindable }: Verification): string {
  const { journalSegments, journalBlocks, epochs, stateParts, stateRows, sourceLogs, sourceEntries } = checked
  const lines = [
    `${location} is ${intact ? 'intact' : 'DAMAGED'}.`,
    `  ${countText(journalSegments, 'segment')} of the journal with ${countText(journalBlocks, 'block')}, ${countText(epochs, 'epoch')}`,
    `  ${countText(stateParts, 'part')} of state`,
    ...Object.entries(stateRows).map(([operator, rows]) => `  ${operator}: ${rows === null ? 'not made again' : countText(rows, 'row')}`),
    `  ${countText(sourceLogs, 'source log')} with ${countText(sourceEntries, 'entry', 'entries')}`,
    `  can be rewound ${rewindable === null ? 'to no epoch' : `to the epochs ${rewindable.from} to ${rewindable.to}`}`,
    ...findings.map(({ severity, path, what }) => `${severity}: ${path}\n  ${what}`),
  ]
  return `${lines.join('\n')}\n`
}

const OUTPUT = {
  removed: 'The files of these epochs are taken away at the next start. Whoever has read them has read them.',
  replaced: 'The table gives up the rows of these epochs at the next start.',
  stays: 'It CANNOT be taken back: the rows stay where they are, and rows of these epochs come a second time.',
} as const satisfies Record<RewindPlan['output'], string>

export function rewindText(plan: RewindPlan): string {
  const { location, toEpoch, toEpochMs, lastEpoch, inDoubt, lineage, epochs, outputRows, sink, output } = plan
  const begun = inDoubt === null ? '' : `${epochs === 0 ? '' : '; also '}epoch ${inDoubt}, which was begun and not committed`
  const going = epochs === 0 ? (inDoubt === null ? 'none' : '') : `${countText(epochs, 'epoch')} (${toEpoch + 1} to ${lastEpoch})`
  return `Rewind of ${location}\n${textFields([
    ['  back to', `epoch ${toEpoch}, of ${timeText(toEpochMs)}`],
    ['  given up', `${going}${begun}`],
    [
      '  published',
      `${countText(outputRows, 'row')} in the ${sink} sink${inDoubt === null ? '' : `, and perhaps those of epoch ${inDoubt}`}`,
    ],
    ['', OUTPUT[output]],
    ['  lineage', String(lineage)],
  ])}`
}
