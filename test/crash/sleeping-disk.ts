/** A disk for one process, which falls asleep before its n-th change and goes on when it is woken, as if it had been stopped and continued. */
import type { Disk, WritableFile } from '../../src/io/io.ts'
import type { SimulatedDisk } from '../../src/io/simulated-disk.ts'

export class SleepingDisk {
  readonly disk: Disk
  readonly asleep: Promise<void>
  wake: () => void = () => undefined
  #fallAsleep: () => void = () => undefined
  #left: number

  constructor(disk: SimulatedDisk, before: number) {
    this.#left = before
    this.asleep = new Promise((resolve) => {
      this.#fallAsleep = resolve
    })
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve
    })
    const awake = async <T>(change: () => Promise<T>): Promise<T> => {
      if (--this.#left === 0) {
        this.#fallAsleep()
        await woken
      }
      return change()
    }
    const sleepy = (file: WritableFile): WritableFile => ({
      append: (bytes) => awake(() => file.append(bytes)),
      sync: () => awake(() => file.sync()),
      close: () => file.close(),
    })
    this.disk = {
      list: (path) => disk.list(path),
      stat: (path) => disk.stat(path),
      read: (path, options) => disk.read(path, options),
      readNow: (path) => disk.readNow(path),
      existsNow: (path) => disk.existsNow(path),
      makeFolder: (path) => awake(() => disk.makeFolder(path)),
      create: (path) => awake(async () => sleepy(await disk.create(path))),
      open: async (path) => sleepy(await disk.open(path)),
      link: (path, newPath) => awake(() => disk.link(path, newPath)),
      replace: (path, newPath) => awake(() => disk.replace(path, newPath)),
      writeAgain: (path, start, bytes) => awake(() => disk.writeAgain(path, start, bytes)),
      remove: (path) => awake(() => disk.remove(path)),
      removeFolder: (path) => awake(() => disk.removeFolder(path)),
      syncFolder: (path) => awake(() => disk.syncFolder(path)),
    }
  }
}
