/** What every disk must do, held against the real one and the simulated one. What a power cut leaves is in power-cut.test.ts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Disk } from './io.ts'
import { realDisk } from './real-disk.ts'
import { SimulatedDisk } from './simulated-disk.ts'

interface Place {
  readonly disk: Disk
  readonly root: string
}
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})
const places: Readonly<Record<string, () => Promise<Place>>> = {
  real: async () => {
    const root = await mkdtemp(join(tmpdir(), 'millrace-disk-'))
    cleanUps.push(() => rm(root, { recursive: true }))
    return { disk: realDisk, root }
  },
  simulated: async () => {
    const disk = new SimulatedDisk({ seed: 1 })
    await disk.makeFolder('/some/root')
    return { disk, root: '/some/root' }
  },
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
async function text(disk: Disk, path: string, range?: { start?: number; end?: number }): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of disk.read(path, range)) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
async function write(disk: Disk, path: string, contents: string): Promise<void> {
  const file = await disk.create(path)
  await file.append(bytesOf(contents))
  await file.sync()
  await file.close()
}
const failsWith = (call: Promise<unknown>, ...codes: string[]): Promise<void> =>
  expect(
    call.then(
      () => 'nothing',
      (error: NodeJS.ErrnoException) => error.code,
    ),
  ).resolves.toSatisfy((code: string) => codes.includes(code), codes.join(' or '))

describe.each(Object.entries(places))('the %s disk', (_, make) => {
  test('makes folders with those above, again without harm, and names what is in the way', async () => {
    const { disk, root } = await make()
    await disk.makeFolder(join(root, 'a', 'b', 'c'))
    await disk.makeFolder(join(root, 'a', 'b', 'c'))
    await disk.makeFolder(join(root, 'a'))
    expect(await disk.stat(join(root, 'a', 'b', 'c'))).toMatchObject({ isDirectory: true, path: join(root, 'a', 'b', 'c') })
    await write(disk, join(root, 'file'), '')
    await failsWith(disk.makeFolder(join(root, 'file')), 'EEXIST')
    await failsWith(disk.makeFolder(join(root, 'file', 'below')), 'ENOTDIR', 'EEXIST')
  })

  test('makes the same folder at once from many sides', async () => {
    const { disk, root } = await make()
    await Promise.all(Array.from({ length: 8 }, () => disk.makeFolder(join(root, 'x', 'y', 'z'))))
    expect(await disk.list(join(root, 'x', 'y'))).toMatchObject([{ isDirectory: true }])
  })

  test('creates a file once, in a folder that is there', async () => {
    const { disk, root } = await make()
    await (await disk.create(join(root, 'a'))).close()
    expect(await disk.stat(join(root, 'a'))).toMatchObject({ sizeBytes: 0, isDirectory: false })
    await failsWith(disk.create(join(root, 'a')), 'EEXIST')
    await failsWith(disk.create(join(root, 'none', 'a')), 'ENOENT')
    await failsWith(disk.create(join(root, 'a', 'b')), 'ENOTDIR')
    await disk.makeFolder(join(root, 'folder'))
    await failsWith(disk.create(join(root, 'folder')), 'EEXIST')
  })

  test('of many that create the same file one wins', async () => {
    const { disk, root } = await make()
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => disk.create(join(root, 'a'))))
    const won = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(won.length).toBe(1)
    await won[0]?.close()
  })

  test('appends what is there when it resolves, and reads ranges of it', async () => {
    const { disk, root } = await make()
    const path = join(root, 'log')
    const file = await disk.create(path)
    await file.append(bytesOf('one'))
    await file.append(new Uint8Array(0))
    await file.append(bytesOf('xtwoy').subarray(1, 4))
    expect(await text(disk, path)).toBe('onetwo')
    await file.sync()
    await file.close()
    await file.close()
    expect(await disk.stat(path)).toMatchObject({ sizeBytes: 6 })
    expect(await text(disk, path, { start: 2, end: 4 })).toBe('et')
    expect(await text(disk, path, { start: 5, end: 100 })).toBe('o')
    expect(await text(disk, path, { start: 6 })).toBe('')
  })

  test('the caller may use its bytes again after an append, and the reader its chunks', async () => {
    const { disk, root } = await make()
    const path = join(root, 'log')
    const file = await disk.create(path)
    const bytes = bytesOf('abc')
    await file.append(bytes)
    bytes.fill(0)
    for await (const chunk of disk.read(path)) chunk.fill(1)
    expect(await text(disk, path)).toBe('abc')
    await file.close()
  })

  test('appends large files whole', async () => {
    const { disk, root } = await make()
    const path = join(root, 'large')
    const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251)
    const file = await disk.create(path)
    for (let start = 0; start < large.length; start += 700_000) await file.append(large.subarray(start, start + 700_000))
    await file.close()
    const parts: Uint8Array[] = []
    for await (const chunk of disk.read(path, { start: 17, end: 2_999_999 })) parts.push(chunk)
    expect(Buffer.concat(parts).equals(large.subarray(17, 2_999_999))).toBe(true)
  })

  test('opens a file at its end; what is not there or a folder it does not open', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'a'), 'first')
    const file = await disk.open(join(root, 'a'))
    await file.append(bytesOf(', second'))
    await file.sync()
    await file.close()
    expect(await text(disk, join(root, 'a'))).toBe('first, second')
    await failsWith(disk.open(join(root, 'b')), 'ENOENT')
    await failsWith(disk.open(root), 'EISDIR')
    await failsWith(disk.open(join(root, 'a', 'b')), 'ENOTDIR')
  })

  test('two that have a file open both append at its end', async () => {
    const { disk, root } = await make()
    const one = await disk.create(join(root, 'a'))
    const two = await disk.open(join(root, 'a'))
    for (const [file, part] of [
      [one, '1'],
      [two, '2'],
      [one, '3'],
    ] as const)
      await file.append(bytesOf(part))
    expect(await text(disk, join(root, 'a'))).toBe('123')
    await one.close()
    await two.close()
  })

  test('a closed file takes nothing', async () => {
    const { disk, root } = await make()
    const file = await disk.create(join(root, 'a'))
    await file.close()
    await failsWith(file.append(bytesOf('x')), 'EBADF')
    await failsWith(file.sync(), 'EBADF')
  })

  test('links a file under a second name once', async () => {
    const { disk, root } = await make()
    const at = (name: string): string => join(root, name)
    await write(disk, at('.hidden'), 'whole')
    await disk.link(at('.hidden'), at('part'))
    await failsWith(disk.link(at('.hidden'), at('part')), 'EEXIST')
    await failsWith(disk.link(at('none'), at('other')), 'ENOENT')
    await failsWith(disk.link(at('.hidden'), join(at('none'), 'part')), 'ENOENT')
    await disk.makeFolder(at('folder'))
    await failsWith(disk.link(at('folder'), at('folder2')), 'EPERM')
    await disk.remove(at('.hidden'))
    expect(await text(disk, at('part'))).toBe('whole')
    const more = await disk.open(at('part'))
    await disk.link(at('part'), at('again'))
    await more.append(bytesOf(' and more'))
    await more.close()
    expect(await text(disk, at('again'))).toBe('whole and more')
  })

  test('gives a file the name of another', async () => {
    const { disk, root } = await make()
    const at = (name: string): string => join(root, name)
    await write(disk, at('old'), 'old')
    const old = await disk.open(at('old'))
    await write(disk, at('new'), 'new')
    await disk.replace(at('new'), at('old'))
    await old.append(bytesOf(' and more'))
    await old.close()
    expect(await text(disk, at('old'))).toBe('new')
    expect(await disk.stat(at('new'))).toBeNull()
    await disk.replace(at('old'), at('free'))
    await disk.link(at('free'), at('second'))
    await disk.replace(at('second'), at('free'))
    expect((await disk.list(root)).map(({ path }) => path)).toEqual([at('free'), at('second')])
    await failsWith(disk.replace(at('none'), at('free')), 'ENOENT')
    await failsWith(disk.replace(at('free'), join(at('none'), 'x')), 'ENOENT')
    await disk.makeFolder(at('folder'))
    await failsWith(disk.replace(at('free'), at('folder')), 'EISDIR', 'EPERM')
  })

  test('writes the same bytes again where they are, and not at the end', async () => {
    const { disk, root } = await make()
    const path = join(root, 'a')
    await write(disk, path, 'one, two')
    const other = await disk.open(path)
    await other.append(bytesOf(', three'))
    await disk.writeAgain(path, 5, bytesOf('two'))
    await other.append(bytesOf('!'))
    await other.close()
    expect(await text(disk, path)).toBe('one, two, three!')
    await failsWith(disk.writeAgain(join(root, 'b'), 0, bytesOf('x')), 'ENOENT')
    await failsWith(disk.writeAgain(root, 0, bytesOf('x')), 'EISDIR')
  })

  test('removes files, also twice and also open ones, but no folders', async () => {
    const { disk, root } = await make()
    const file = await disk.create(join(root, 'a'))
    await file.append(bytesOf('abc'))
    await disk.remove(join(root, 'a'))
    await disk.remove(join(root, 'a'))
    await disk.remove(join(root, 'none', 'a'))
    expect(await disk.stat(join(root, 'a'))).toBeNull()
    await file.append(bytesOf('def'))
    await file.sync()
    await file.close()
    expect(await disk.list(root)).toEqual([])
    await write(disk, join(root, 'a'), 'new')
    expect(await text(disk, join(root, 'a'))).toBe('new')
    await failsWith(disk.remove(root), 'EISDIR', 'EPERM')
  })

  test('a reader reads on when the file is removed', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'a'), 'x'.repeat(2_500_000))
    let length = 0
    for await (const chunk of disk.read(join(root, 'a'))) {
      length += chunk.length
      await disk.remove(join(root, 'a'))
    }
    expect(length).toBe(2_500_000)
  })

  test('removes a folder with all that is in it', async () => {
    const { disk, root } = await make()
    await disk.makeFolder(join(root, 'a', 'b'))
    await write(disk, join(root, 'a', 'b', 'c'), 'x')
    await write(disk, join(root, 'file'), 'x')
    await disk.removeFolder(join(root, 'a'))
    await disk.removeFolder(join(root, 'a'))
    await disk.removeFolder(join(root, 'file', 'below'))
    await failsWith(disk.removeFolder(join(root, 'file')), 'ENOTDIR')
    expect((await disk.list(root)).map((one) => one.path)).toEqual([join(root, 'file')])
  })

  test('syncs a folder; a file or nothing is no folder', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'a'), 'x')
    await disk.syncFolder(root)
    if (process.platform === 'win32') return
    await failsWith(disk.syncFolder(join(root, 'a')), 'ENOTDIR')
    await failsWith(disk.syncFolder(join(root, 'none')), 'ENOENT')
  })

  test('lists in byte order, with sizes', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'é'), 'xx')
    await write(disk, join(root, 'Z'), '')
    await disk.makeFolder(join(root, 'a'))
    expect((await disk.list(root)).map((one) => [one.path, one.isDirectory ? null : one.sizeBytes])).toEqual([
      [join(root, 'Z'), 0],
      [join(root, 'a'), null],
      [join(root, 'é'), 2],
    ])
    await failsWith(disk.list(join(root, 'none')), 'ENOENT')
    await failsWith(disk.list(join(root, 'Z')), 'ENOTDIR')
  })

  test('says what is there, and null where nothing is', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'a'), 'abc')
    const found = await disk.stat(join(root, 'a'))
    expect(found).toMatchObject({ path: join(root, 'a'), sizeBytes: 3, isDirectory: false })
    expect(Number.isInteger(found?.modifiedMs)).toBe(true)
    expect(await disk.stat(join(root, 'b'))).toBeNull()
    expect(await disk.stat(join(root, 'a', 'below'))).toBeNull()
  })

  test('reads a small file at once, and null where none is', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'a'), 'abc')
    const found = disk.readNow(join(root, 'a'))
    expect(found).toEqual(bytesOf('abc'))
    found?.fill(0)
    expect(disk.readNow(join(root, 'a'))).toEqual(bytesOf('abc'))
    expect(disk.readNow(join(root, 'b'))).toBeNull()
    expect(disk.readNow(join(root, 'a', 'below'))).toBeNull()
    expect(() => disk.readNow(root)).toThrow('EISDIR')
  })

  test('tells at once what is there', async () => {
    const { disk, root } = await make()
    await write(disk, join(root, 'a'), 'abc')
    expect([disk.existsNow(root), disk.existsNow(join(root, 'a'))]).toEqual([true, true])
    expect([disk.existsNow(join(root, 'b')), disk.existsNow(join(root, 'a', 'below'))]).toEqual([false, false])
    await disk.remove(join(root, 'a'))
    expect(disk.existsNow(join(root, 'a'))).toBe(false)
  })

  test('does not read what is not there, a folder, or after an abort', async () => {
    const { disk, root } = await make()
    await failsWith(text(disk, join(root, 'none')), 'ENOENT')
    await failsWith(text(disk, root), 'EISDIR')
    await write(disk, join(root, 'a'), 'abc')
    const stopped = async (): Promise<void> => {
      for await (const _ of disk.read(join(root, 'a'), { signal: AbortSignal.abort(new Error('enough')) })) expect.unreachable()
    }
    await expect(stopped()).rejects.toThrow('enough')
  })
})
