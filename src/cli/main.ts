#!/usr/bin/env node
/** The `millrace` command. One command a file; it grows with the engine. */
import { createRequire } from 'node:module'
import { Command } from 'commander'
import { checkpointCommand } from './checkpoint.ts'
import { demo } from './demo.ts'
import { wholeNumber } from './whole-number.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string }

const program = new Command('millrace').description('The stream processor for TypeScript.').version(version)
program
  .command('demo')
  .description('Runs the first program on live lines: rows counted per minute, as they arrive.')
  .option('--port <number>', 'the port of the line server', wholeNumber(1, 65535), 9999)
  .option('--rate <lines>', 'lines a second', wholeNumber(1, 1_000_000), 50)
  .option('--batches <number>', 'ends after so many tables (0: at Ctrl-C)', wholeNumber(0, 1_000_000_000), 0)
  .action(demo)
program.addCommand(checkpointCommand())

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
