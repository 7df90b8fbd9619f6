/**
 * The codec of a message in one version, made from its definition once and kept: a list of closures that know the encoding of their field. Both directions
 * come from the same list, so that a client and a broker cannot disagree.
 *
 * Reading costs in proportion to the bytes: an array is made only if its elements can be there, see `bytesMin`.
 */
import { MillraceError } from '../../../error.ts'
import { protocolFault } from '../wire/fault.ts'
import type { WireReader } from '../wire/wire-reader.ts'
import type { WireWriter } from '../wire/wire-writer.ts'
import { defaultOf, isDefault } from './defaults.ts'
import type { Field, Fields, Message, ReadOf, WriteOf } from './definition.ts'
import { scalarCodec, type ValueCodec } from './scalars.ts'
import { inVersions, versionRange } from './version-range.ts'

export interface Codec<Read, Write> {
  /** The fewest bytes that a message of this version has. */
  readonly bytesMin: number
  read(reader: WireReader): Read
  write(writer: WireWriter, value: Write): void
}

const codecs = new WeakMap<Message, Codec<never, never>[]>()

/** Throws KAFKA_VERSION_UNSUPPORTED if the message has no such version. */
export function codecOf<F extends Fields>(message: Message<F>, version: number): Codec<ReadOf<F>, WriteOf<F>> {
  let known = codecs.get(message)
  if (known === undefined) {
    known = []
    codecs.set(message, known)
  }
  known[version] ??= made(message, version) as unknown as Codec<never, never>
  return known[version] as unknown as Codec<ReadOf<F>, WriteOf<F>>
}

function made(message: Message, version: number): ValueCodec {
  const { min, max } = versionRange(message.versions)
  if (!Number.isInteger(version) || version < min || version > max)
    throw new MillraceError('KAFKA_VERSION_UNSUPPORTED', `${message.name} has the versions ${min} to ${max}, and not ${version}.`, {
      details: { message: message.name, version, min, max },
    })
  return structCodec(message.fields, { version, flexible: inVersions(message.flexible, version), path: message.name })
}

interface Context {
  readonly version: number
  readonly flexible: boolean
  /** For messages. */
  readonly path: string
}

/** A field of a struct in one version; codec is null where the version lacks it. */
interface Slot {
  readonly name: string
  readonly field: Field
  readonly codec: ValueCodec | null
  readonly tag: number | undefined
  readonly path: string
  readonly mayBeLeftOut: boolean
}

type Struct = Record<string, unknown>

function structCodec(fields: Fields, context: Context): ValueCodec {
  const slots = Object.entries(fields).map(([name, field]): Slot => {
    const path = `${context.path}.${name}`
    const present = inVersions(field.versions, context.version)
    return {
      name,
      field,
      path,
      codec: present ? fieldCodec(field, { ...context, path }) : null,
      tag: present ? field.tag : undefined,
      mayBeLeftOut: field.default !== undefined || field.tag !== undefined,
    }
  })
  const ordered = slots.filter((one) => one.codec !== null && one.tag === undefined)
  const tagged = slots.filter((one) => one.tag !== undefined).sort((a, b) => (a.tag ?? 0) - (b.tag ?? 0))
  const bytesMin = ordered.reduce((sum, { codec }) => sum + (codec?.bytesMin ?? 0), context.flexible ? 1 : 0)

  function read(reader: WireReader): Struct {
    const struct: Struct = {}
    for (const { name, codec, tag, field } of slots)
      struct[name] = codec === null || tag !== undefined ? defaultOf(field) : codec.read(reader)
    if (context.flexible)
      reader.taggedFields((tag) => {
        const slot = tagged.find((one) => one.tag === tag)
        if (slot?.codec == null) return false
        struct[slot.name] = slot.codec.read(reader)
        return true
      })
    return struct
  }

  function write(writer: WireWriter, value: unknown): void {
    const struct = value as Struct
    for (const slot of slots) {
      const given = struct[slot.name]
      if (slot.codec === null) refuseUnlessAbsent(slot, given, context.version)
      else if (slot.tag === undefined) slot.codec.write(writer, given === undefined ? absent(slot) : given)
    }
    if (!context.flexible) return
    const there = tagged.filter(({ name, field }) => struct[name] !== undefined && !isDefault(field, struct[name]))
    writer.uvarint(there.length)
    for (const { name, tag, codec } of there) {
      writer.uvarint(tag ?? 0)
      writer.sized(() => codec?.write(writer, struct[name]))
    }
  }
  return { bytesMin, read, write }
}

function absent({ mayBeLeftOut, field, path }: Slot): unknown {
  return mayBeLeftOut ? defaultOf(field) : protocolFault(`${path} is not given`)
}

function refuseUnlessAbsent({ field, path }: Slot, given: unknown, version: number): void {
  if (given === undefined || field.ignorable === true || isDefault(field, given)) return
  throw new MillraceError('KAFKA_VERSION_UNSUPPORTED', `${path} is not in version ${version}.`, { details: { field: path, version } })
}

function fieldCodec(field: Field, context: Context): ValueCodec {
  const nullable = inVersions(field.nullable, context.version)
  if (field.array) return arrayCodec(field, nullable, context)
  if (field.kind !== 'struct') return scalarCodec(field.kind, nullable, context.flexible, context.path)
  const codec = structCodec(field.fields ?? {}, context)
  return nullable ? nullableStructCodec(codec) : notNull(codec, context.path)
}

const notNull = (codec: ValueCodec, path: string): ValueCodec => ({
  ...codec,
  write: (writer, value) => (value === null ? protocolFault(`${path} is null`) : codec.write(writer, value)),
})

/** A byte says whether it is there: 1, or -1 for null. */
const nullableStructCodec = (codec: ValueCodec): ValueCodec => ({
  bytesMin: 1,
  read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
  write: (writer, value) => {
    writer.int8(value === null ? -1 : 1)
    if (value !== null) codec.write(writer, value)
  },
})

function arrayCodec(field: Field, nullable: boolean, { path, ...context }: Context): ValueCodec {
  const element =
    field.kind === 'struct'
      ? notNull(structCodec(field.fields ?? {}, { ...context, path: `${path}[]` }), `${path}[]`)
      : scalarCodec(field.kind, false, context.flexible, `${path}[]`)
  const bytesMin = Math.max(1, element.bytesMin)
  return {
    bytesMin: context.flexible ? 1 : 4,
    read: (reader) => {
      const length = context.flexible ? reader.compactArrayLength(bytesMin) : reader.arrayLength(bytesMin)
      if (length < 0) return nullable ? null : reader.fault(`${path} is null`)
      const array: unknown[] = []
      for (let index = 0; index < length; index++) array.push(element.read(reader))
      return array
    },
    write: (writer, value) => {
      const array = value as readonly unknown[] | null
      if (array === null && !nullable) protocolFault(`${path} is null`)
      if (context.flexible) writer.uvarint(array === null ? 0 : array.length + 1)
      else writer.int32(array === null ? -1 : array.length)
      if (array !== null) for (const one of array) element.write(writer, one)
    },
  }
}
