#!/usr/bin/env node
/** The `millrace` command. One command a file; it grows with the engine. */
import { createRequire } from 'node:module'
import { Command, InvalidArgumentError } from 'commander'
import { demo } from './demo.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string }

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    return value
  }
}

const program = new Command('millrace').description('The stream processor for TypeScript.').version(version)
program
  .command('demo')
  .description('Runs the first program on live lines: rows counted per minute, as they arrive.')
  .option('--port <number>', 'the port of the line server', wholeNumber(1, 65535), 9999)
  .option('--rate <lines>', 'lines a second', wholeNumber(1, 1_000_000), 50)
  .option('--batches <number>', 'ends after so many tables (0: at Ctrl-C)', wholeNumber(0, 1_000_000_000), 0)
  .action(demo)

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
