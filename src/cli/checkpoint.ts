/** `millrace checkpoint`: looks at the checkpoints of queries, checks them, and takes them back. Only `rewind` writes. */
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { listCheckpoints } from '../engine/checkpoint/checkpoint-list.ts'
import { inspectCheckpoint } from '../engine/checkpoint/inspection.ts'
import { planRewind, rewind } from '../engine/checkpoint/rewind.ts'
import { verifyCheckpoint } from '../engine/checkpoint/verification.ts'
import { realIo } from '../io/real.ts'
import { inspectText, listText, rewindText, verifyText } from './checkpoint-text.ts'
import { wholeNumber } from './whole-number.ts'

interface Json {
  readonly json?: boolean
}
const JSON_FLAG = ['--json', 'as JSON, for programs'] as const
const EPOCHS_MAX = Number.MAX_SAFE_INTEGER

export function checkpointCommand(): Command {
  const command = new Command('checkpoint').description(
    'Looks at the checkpoints of queries, checks them, and takes them back to an epoch.',
  )
  command
    .command('list')
    .description('The checkpoints in a folder and the folders below.')
    .argument('<folder>')
    .option(...JSON_FLAG)
    .action(list)
  command
    .command('inspect')
    .description('What a checkpoint holds. It may be in use.')
    .argument('<location>', 'the checkpointLocation of the query')
    .option('--epochs <number>', 'how many of the last epochs are shown', wholeNumber(0, EPOCHS_MAX), 10)
    .option(...JSON_FLAG)
    .action(inspect)
  command
    .command('verify')
    .description('Checks every block, checksum and state of a checkpoint. It may be in use. Exits with 1 where something is damaged.')
    .argument('<location>', 'the checkpointLocation of the query')
    .option(...JSON_FLAG)
    .action(verify)
  command
    .command('rewind')
    .description('Takes a query back to an epoch; its next start goes on behind it. Says first what that means.')
    .argument('<location>', 'the checkpointLocation of the query')
    .requiredOption('--to <epoch>', 'the last epoch that stays', wholeNumber(0, EPOCHS_MAX))
    .option('--yes', 'does not ask')
    .option('--takeover', 'shuts out a runner that hangs, or of which this host cannot say whether it runs')
    .option(...JSON_FLAG)
    .action(rewindTo)
  return command
}

async function list(given: string, { json }: Json): Promise<void> {
  const folder = resolve(given)
  const checkpoints = await listCheckpoints(realIo, folder)
  print(json ? jsonText(checkpoints) : listText(folder, checkpoints))
}

async function inspect(location: string, { json, epochs }: Json & { readonly epochs: number }): Promise<void> {
  const inspection = await inspectCheckpoint(realIo, resolve(location))
  if (!json) print(inspectText(inspection, epochs))
  else print(jsonText({ ...inspection, epochs: epochs === 0 ? [] : inspection.epochs.slice(-epochs) }))
}

async function verify(location: string, { json }: Json): Promise<void> {
  const verification = await verifyCheckpoint(realIo, resolve(location))
  print(json ? jsonText(verification) : verifyText(verification))
  if (!verification.intact) process.exitCode = 1
}

interface RewindArguments extends Json {
  readonly to: number
  readonly yes?: boolean
  readonly takeover?: boolean
}

async function rewindTo(given: string, { to, yes = false, takeover = false, json }: RewindArguments): Promise<void> {
  const location = resolve(given)
  const plan = await planRewind({ io: realIo, location, toEpoch: to })
  if (!json) print(rewindText(plan))
  const done = yes || (await confirmed())
  if (done) await rewind({ io: realIo, location, toEpoch: to, takeover, lastEpoch: plan.lastEpoch })
  if (json) print(jsonText({ ...plan, done }))
  else print(done ? `Done. The next start of the query begins epoch ${to + 1}.\n` : 'Nothing was done.\n')
  if (!done) process.exitCode = 1
}

/** Where nobody can answer, nobody has agreed. */
async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write('Say --yes to do this: there is no terminal to ask at.\n')
    return false
  }
  // The question is not part of the output, which may go elsewhere.
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Rewind? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

const print = (text: string): void => void process.stdout.write(text)
const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
