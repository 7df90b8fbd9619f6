/** Schemas from Standard JSON Schema objects (zod, arktype …): anything with `~standard.jsonSchema`. Nothing is imported; the contract is public. */
import { MillraceError } from '../error.ts'
import * as types from './data-type.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** An object that can describe itself as JSON Schema, by the public contract of Standard JSON Schema. `Output` is its row type. */
export interface StandardJsonSchema<out Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly jsonSchema: {
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Readonly<Record<string, unknown>>
    }
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

export function isStandardJsonSchema(value: unknown): value is StandardJsonSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Record<string, unknown>)['~standard'] as { readonly jsonSchema?: { readonly output?: unknown } } | undefined
  return typeof standard?.jsonSchema?.output === 'function'
}

/** The struct that the schema's output describes. Throws INVALID_SCHEMA with the path of what does not fit. */
export function schemaFromStandard(schema: StandardJsonSchema): types.StructType {
  const type = typeOf(schema['~standard'].jsonSchema.output({ target: 'draft-2020-12' }), '').type
  if (type.kind !== 'struct') throw refuse('', 'is not an object')
  return type
}

function typeOf(schema: JsonSchema, path: string): { readonly type: types.DataType; readonly nullable: boolean } {
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined
  if (options !== undefined) return ofOptions(options, path)
  const names = Array.isArray(schema['type']) ? (schema['type'] as string[]) : [schema['type'] as string]
  const nullable = names.includes('null')
  const rest = names.filter((name) => name !== 'null')
  if (rest.length !== 1) throw refuse(path, `has the type ${JSON.stringify(schema['type'] ?? null)}, and a column has one type`)
  return { type: ofName(rest[0] as string, schema, path), nullable }
}

function ofOptions(options: readonly JsonSchema[], path: string): { readonly type: types.DataType; readonly nullable: boolean } {
  const present = options.filter((one) => one['type'] !== 'null')
  if (present.length !== 1) throw refuse(path, 'is a choice of several types, and a column has one')
  return { ...typeOf(present[0] as JsonSchema, path), nullable: present.length < options.length }
}

function ofName(name: string, schema: JsonSchema, path: string): types.DataType {
  switch (name) {
    case 'boolean':
      return types.booleanType
    case 'integer':
      return types.longType
    case 'number':
      return types.doubleType
    case 'string':
      if (schema['format'] === 'date-time') return types.timestampType
      return schema['format'] === 'date' ? types.dateType : types.stringType
    case 'object':
      return ofProperties(schema, path)
    default:
      throw refuse(path, `has the type '${name}', which is not supported yet`)
  }
}

function ofProperties(schema: JsonSchema, path: string): types.StructType {
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined
  if (properties === undefined) throw refuse(path, 'is an object without properties')
  const required = new Set((schema['required'] as readonly string[] | undefined) ?? [])
  return types.structType(
    Object.entries(properties).map(([name, one]) => {
      const { type, nullable } = typeOf(one, path === '' ? name : `${path}.${name}`)
      return types.field(name, type, nullable || !required.has(name))
    }),
  )
}

function refuse(path: string, what: string): MillraceError {
  return new MillraceError('INVALID_SCHEMA', `The schema object cannot describe columns: ${path === '' ? 'it' : `'${path}'`} ${what}.`, {
    details: { path },
  })
}
