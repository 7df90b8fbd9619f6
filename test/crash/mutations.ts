/**
 * Faults that the enumeration has to find: each changes the text of one source file, as a mistake would. vitest.config.ts applies the one that MILLRACE_MUTANT
 * names when it loads the file, and refuses where the text is not found, so that none of them is lost when the code moves on.
 */
export interface Mutation {
  readonly name: string
  /** What is wrong then. */
  readonly what: string
  readonly file: string
  readonly edits: readonly (readonly [find: string, replace: string])[]
}

export const mutations: readonly Mutation[] = [
  {
    name: 'journal-without-sync',
    what: 'a frame of the journal is written and not synced',
    file: 'src/engine/checkpoint/durable-journal.ts',
    edits: [['await writer.sync()', '']],
  },
  {
    name: 'state-without-sync',
    what: 'the changes of state are written and not synced before the commit',
    file: 'src/engine/operators/pipeline.ts',
    edits: [['await this.#state?.sync()', '']],
  },
  {
    name: 'part-name-again',
    what: 'the parts of all epochs of the file sink have the same names',
    file: 'src/connectors/files/output-layout.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: so it stands in the file
    edits: [['{digits(epoch)}-${part}.${extension}`', '{digits(epoch % 3)}-${part}.${extension}`']],
  },
  {
    name: 'watermarks-forgotten',
    what: 'a start does not go on from the watermarks of the journal',
    file: 'src/engine/operators/pipeline.ts',
    edits: [['if (watermarks !== null) this.#restoreWatermarks(', 'if (watermarks === undefined) this.#restoreWatermarks(']],
  },
  {
    name: 'token-ignored',
    what: 'an epoch that the sink has is taken for one that it does not have, and planned anew',
    file: 'src/engine/checkpoint/durable-checkpoint.ts',
    edits: [['if (token === null || token.epoch <= last) return false', 'return false']],
  },
  {
    name: 'nothing-fenced',
    what: 'the sink is not told that older runners are shut out',
    file: 'src/engine/query/embedded-query.ts',
    edits: [['(await sink.fence?.(claim.runner, claim.committed)) ?? null', 'null as never']],
  },
  {
    name: 'replay-with-new-ranges',
    what: 'an epoch in doubt is not run again as it was planned',
    file: 'src/engine/query/query-loop.ts',
    edits: [['this.#begun = inDoubt', 'this.#begun = inDoubt === null ? null : { ...inDoubt, ranges: {} }']],
  },
  {
    name: 'folder-without-sync',
    what: 'the names of a new segment are not made durable',
    file: 'src/engine/checkpoint/segments.ts',
    edits: [['await this.#disk.syncFolder(this.#folder)', '']],
  },
  {
    name: 'published-without-folder-sync',
    what: 'the hidden names of parts go before the folder with the others is durable',
    file: 'src/connectors/files/manifest-output.ts',
    edits: [['await disk.syncFolder(layout.folder)\n    for (const { path } of named)', 'for (const { path } of named)']],
  },
  {
    name: 'end-not-written-again',
    what: 'a start goes on from a block of the journal whose sync may have failed, and does not write it again',
    file: 'src/engine/checkpoint/log-end.ts',
    edits: [['await disk.writeAgain(segment.path, start, bytes)', 'void [start, bytes]']],
  },
  {
    name: 'header-gone-on-from',
    what: 'a start goes on from a segment whose name may not be durable',
    file: 'src/engine/checkpoint/log-end.ts',
    edits: [
      ['segment.blocks.length > 1 || isNeeded(segment)', 'true'],
      ['else if (last !== undefined) await replaceByCopy(disk, last, runnerEpoch)', ''],
    ],
  },
  {
    name: 'entry-not-renewed',
    what: 'an entry of the manifest whose name may not be durable is gone on from',
    file: 'src/connectors/files/manifest-output.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: so it stands in the file
    edits: [['await renewLastEntry(disk, layout, state, `${layout.work}/${digits(runnerEpoch)}-again`)', '']],
  },
  {
    name: 'part-not-renewed',
    what: 'the hidden name of a part goes though the other one may not be durable',
    file: 'src/connectors/files/manifest-output.ts',
    edits: [['if (!(await linkPart(disk, path, newPath))) await renewPart(', 'if (await linkPart(disk, path, newPath)) void (']],
  },
  {
    name: 'checksum-unchecked',
    what: 'a block is good whatever its bytes are',
    file: 'src/engine/checkpoint/block.ts',
    edits: [['if (checksum !== view.getUint32(16, true)) return null', '']],
  },
  {
    name: 'begin-checksum-unchecked',
    what: 'the sink’s token is taken for that of any epoch with the same number',
    file: 'src/engine/checkpoint/durable-checkpoint.ts',
    edits: [[' && token.beginChecksum === beginChecksum(begin)', '']],
  },
  {
    name: 'spool-confirmed-early',
    what: 'a source that cannot be read again hears that its records are taken before they are durable',
    file: 'src/engine/checkpoint/source-log.ts',
    edits: [["crashPoint('log.written')\n    await this.#writer.sync()", "crashPoint('log.written')"]],
  },
  {
    name: 'commit-before-sink',
    what: 'the journal has the commit before the sink does',
    file: 'src/engine/query/epoch.ts',
    edits: [
      ["const sinkToken = await timer.time('addBatch', () => inSink(() => sink.commit(info, token)))", 'const sinkToken = null'],
      ['    committed.catch(() => undefined)\n', '    await committed\n    await sink.commit(info, token)\n'],
    ],
  },
  {
    name: 'begin-not-awaited',
    what: 'the sink is given rows while the begin of their epoch is still on its way to the disk',
    file: 'src/engine/query/epoch.ts',
    edits: [["if (begun !== null) await timer.time('walCommit', () => begun)", '']],
  },
  {
    name: 'state-name-again',
    what: 'the state files of all runners have the same names',
    file: 'src/engine/state/durable-state.ts',
    edits: [["'state', options.runnerEpoch, null", "'state', 1, null"]],
  },
  {
    name: 'seal-unchecked',
    what: 'what a runner that was shut out has appended to its segment is read',
    file: 'src/engine/checkpoint/segments.ts',
    edits: [['block.endOffset === seal.length && block.checksum === seal.checksum', 'block === segment.blocks.at(-1)']],
  },
]

/** The text of a source file with the mutation named `name` in it. Throws where there is none, or its text is not there exactly once. */
export function mutated(name: string, path: string, text: string): string {
  const mutation = mutations.find((one) => one.name === name)
  if (mutation === undefined) throw new Error(`there is no mutation '${name}'`)
  if (!path.endsWith(`/${mutation.file}`)) return text
  return mutation.edits.reduce((result, [find, replace]) => {
    const parts = result.split(find)
    if (parts.length !== 2) throw new Error(`the mutation '${name}' finds '${find}' ${parts.length - 1} times in ${mutation.file}`)
    return parts.join(replace)
  }, text)
}
