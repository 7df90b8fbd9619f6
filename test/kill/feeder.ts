/** What keeps adding input while victims die: files that are moved into a folder when they are whole, or lines on a socket. */
import { renameSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Ledger, LedgerRow } from './ledger.ts'

export class FileFeeder {
  readonly #folder: string
  readonly #ledger: Ledger
  readonly #rowsPerFile: number
  #files = 0
  #timer: NodeJS.Timeout | null = null

  constructor(folder: string, ledger: Ledger, rowsPerFile: number) {
    this.#folder = folder
    this.#ledger = ledger
    this.#rowsPerFile = rowsPerFile
  }

  get files(): number {
    return this.#files
  }

  add(files: number, rowsPerFile = this.#rowsPerFile): void {
    for (let file = 0; file < files; file++) this.#write(this.#ledger.take(rowsPerFile))
  }

  /** Adds a file every so many milliseconds, until there are `filesMax`. */
  start(everyMs: number, filesMax: number): void {
    this.#timer ??= setInterval(() => {
      if (this.#files < filesMax) this.add(1)
    }, everyMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Lets the windows of all rows so far close. */
  close(): void {
    this.#write([this.#ledger.close()])
  }

  #write(rows: readonly LedgerRow[]): void {
    const name = `${String(this.#files++).padStart(6, '0')}.json`
    const draft = join(this.#folder, `.${name}`)
    writeFileSync(draft, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    renameSync(draft, join(this.#folder, name))
  }
}

/** Every connection gets lines of its own, `<connection> <number>`, numbered from 0 without gaps. */
export class LineFeeder {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #connections = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static listen(everyMs: number, lines: number): Promise<LineFeeder> {
    return new Promise((resolve, reject) => {
      const server = createServer((socket) => feeder.#serve(socket, everyMs, lines))
      const feeder = new LineFeeder(server)
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => resolve(feeder))
    })
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #serve(socket: Socket, everyMs: number, lines: number): void {
    const connection = this.#connections++
    let next = 0
    const send = (): void => {
      const text = Array.from({ length: lines }, (_, line) => `${connection} ${next + line}\n`).join('')
      next += lines
      socket.write(text)
    }
    this.#sockets.add(socket)
    const timer = setInterval(send, everyMs)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      this.#sockets.delete(socket)
    })
  }
}

/** What is wrong with the lines of an output: of every connection there must be the first ones, each once. */
export function auditLines(values: readonly string[]): string[] {
  const numbers = new Map<string, number[]>()
  for (const value of values) {
    const [connection = '', number] = value.split(' ')
    numbers.set(connection, [...(numbers.get(connection) ?? []), Number(number)])
  }
  const wrong: string[] = []
  for (const [connection, of] of numbers) {
    of.sort((a, b) => a - b)
    const at = of.findIndex((number, index) => number !== index)
    if (at >= 0)
      wrong.push(`line ${at} of connection ${connection} is ${(of[at] as number) < at ? 'doubled' : 'lost, and later ones are there'}`)
  }
  return wrong
}
