/**
 * The only door to disk, clock, network, chance and processes. Everything in Millrace that touches the world takes an `Io`; the real one is made in real.ts, tests use
 * manual and seeded ones. Each part is small on purpose: what is not here, the engine does not need.
 */
export interface Io {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly net: Net
  readonly processes: Processes
}

export interface Clock {
  /** Wall clock, whole milliseconds since 1970-01-01T00:00:00Z. May jump. */
  nowMs(): number
  /** Never goes back; milliseconds with fractions from an arbitrary start. */
  monotonicMs(): number
  /** Lets everything else that waits in this process run first (the event loop's next turn). Never depends on the clock's time. */
  yieldNow(): Promise<void>
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. Does not keep the process alive by itself if `unref`. */
  sleep(ms: number, options?: { readonly signal?: AbortSignal; readonly unref?: boolean }): Promise<void>
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [0, 2^32). */
  uint32(): number
  /** A version 4 UUID. */
  uuid(): string
}

export interface FileInfo {
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly isDirectory: boolean
}
export interface ReadOptions {
  readonly start?: number
  readonly end?: number
  readonly signal?: AbortSignal
  /** Gives the memory for a chunk of at most so many bytes, which is filled from its beginning. A disk may ignore it and make its own. */
  readonly memory?: (sizeBytes: number) => Uint8Array
}
export interface Disk {
  /** The entries of a folder, in byte order of their names. Throws the system's error (ENOENT …). */
  list(path: string): Promise<readonly FileInfo[]>
  /** Null where nothing is. */
  stat(path: string): Promise<FileInfo | null>
  /** The bytes of [start, end) in chunks; a chunk belongs to the reader. */
  read(path: string, options?: ReadOptions): AsyncIterable<Uint8Array>
  /** A whole small file, at once; null where none is. For what has to be known before anything may wait. */
  readNow(path: string): Uint8Array | null
  /** Whether something is there, at once: what is looked at before every write must not cost a thread's answer. */
  existsNow(path: string): boolean
  /** Makes a folder and those above it; nothing is made where it is. Its entry, and that of each new folder above, is durable when this resolves; one that cannot be made so is taken away again. */
  makeFolder(path: string): Promise<void>
  /** Makes a file that was not there, for appending. Throws EEXIST where something is. The entry is durable only after `syncFolder` of its folder. */
  create(path: string): Promise<WritableFile>
  /** Opens a file that is there, for appending at its end. Throws ENOENT where nothing is. */
  open(path: string): Promise<WritableFile>
  /** Gives a file a second name. Throws EEXIST where something has it: this is how something whole is published once. Durable after `syncFolder`. */
  link(path: string, newPath: string): Promise<void>
  /** Gives a file another name in place of its own; a file that has that name is replaced, and at no moment is none there. Durable after `syncFolder`. */
  replace(path: string, newPath: string): Promise<void>
  /**
   * Writes at `start` the bytes that the file has there, and makes them durable. After a sync that failed they may be readable and not on the disk: the system
   * holds them for written, and no later sync writes them. All else in the file stays as it is, whoever appends to it meanwhile.
   */
  writeAgain(path: string, start: number, bytes: Uint8Array): Promise<void>
  /** Removes a file; nothing happens where none is. */
  remove(path: string): Promise<void>
  /** Removes a folder with all that is in it; nothing happens where none is. */
  removeFolder(path: string): Promise<void>
  /** Makes the entries of a folder durable: what was created, linked, replaced and removed in it. */
  syncFolder(path: string): Promise<void>
}
/** A file that is written from its end on, one call at a time. After an error of `append` or `sync` nothing is known of the bytes since the last sync: it is never tried again. */
export interface WritableFile {
  /** Appends all the bytes, or throws (ENOSPC …), when some of them may be there. */
  append(bytes: Uint8Array): Promise<void>
  /** Makes all that was appended durable, with the file's length (fdatasync). */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Who runs: enough to tell later whether it still does. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** When the process began, as the system says it: a pid is used again after a while, the pair is not. */
  readonly startedAt: string
}
export interface Processes {
  readonly self: ProcessIdentity
  /** `unknown`: it ran on another host, or the system does not say. */
  stateOf(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown'
}

export interface Net {
  /** Rejects with the system's error (ECONNREFUSED …), or when the signal is aborted. `localhost` is tried on both loopback addresses. */
  connect(options: {
    readonly host: string
    readonly port: number
    readonly timeoutMs: number
    readonly signal?: AbortSignal
  }): Promise<Connection>
  /** Port 0 takes a free one. `localhost` listens on both loopback addresses where the machine has both. Rejects with the system's error (EADDRINUSE …). */
  listen(options: {
    readonly host: string
    readonly port: number
    readonly onConnection: (connection: Connection) => void
  }): Promise<Listener>
  /** For protocols whose frames say their length: what arrives is put where the receiver wants it, so that a frame is read in place. Rejects as `connect` does. */
  dial(options: DialOptions): Promise<Channel>
}
export interface DialOptions {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly tls?: TlsSettings
  readonly receiver: Receiver
}
/** Texts are PEM. What is not given is as the system has it. */
export interface TlsSettings {
  /** Whom to trust instead of the well-known authorities. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly cert?: string | Uint8Array
  readonly key?: string | Uint8Array
  /** Certificate and key in one, as PKCS #12. */
  readonly pfx?: Uint8Array
  /** Of the key, or of `pfx`. */
  readonly passphrase?: string
  /** The name that the certificate must have; the host's if not given. */
  readonly serverName?: string
  /** False trusts whoever answers. */
  readonly verify?: boolean
}
export interface Receiver {
  /** Where the next bytes go; never empty. */
  room(): Uint8Array
  /** So many of them are there now. */
  received(sizeBytes: number): void
  /** Once, and the last that is heard: null if one of the two sides ended it, else what broke it. */
  closed(error: Error | null): void
}
export interface Channel {
  readonly remote: string
  /** Sends the parts in one go, or is `closed`. They may not change before they are sent; what is on its way is bounded by who asks. */
  send(parts: readonly Uint8Array[]): void
  close(): void
}
export interface Connection {
  readonly remote: string
  /** What arrives; ends when the other side ends, throws when the connection breaks. Not reading is the back-pressure. */
  readonly incoming: AsyncIterable<Uint8Array>
  /** Resolves when the system took the bytes. */
  write(bytes: Uint8Array): Promise<void>
  close(): void
}
export interface Listener {
  readonly host: string
  readonly port: number
  /** Stops listening and breaks the connections that it accepted. */
  close(): Promise<void>
}
