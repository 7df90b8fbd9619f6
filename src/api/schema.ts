/** Schemas as users give them: an object of `t`, a DDL text, or an object that describes itself as JSON Schema (zod, arktype …). */
import type { StructType } from '../data/data-type.ts'
import { parseDdl } from '../data/ddl-parser.ts'
import { isStandardJsonSchema, type StandardJsonSchema, schemaFromStandard } from '../data/standard-json-schema.ts'
import { type Fields, type RowOfFields, structOf } from '../data/type-builder.ts'
import { MillraceError } from '../error.ts'
import { describe } from './column.ts'
import type { CheckDdl, Ddl } from './types/ddl.ts'
import type { RowOf } from './types/rows.ts'

export type SchemaLike = string | Fields | StandardJsonSchema
/** The row that a schema describes. */
export type RowOfSchema<X> = X extends string ? Ddl<X> : X extends StandardJsonSchema<infer T> ? RowOf<T> : RowOfFields<X>
/** What the compiler wants of a schema beside its form: a DDL text must be readable. */
export type CheckSchema<X> = X extends string ? CheckDdl<X> : unknown

/** Throws INVALID_SCHEMA. */
export function structFrom(schema: unknown): StructType {
  if (typeof schema === 'string') return parseDdl(schema)
  if (isStandardJsonSchema(schema)) return schemaFromStandard(schema)
  if (typeof schema !== 'object' || schema === null || Object.values(schema).some((one) => !isFieldType(one))) {
    throw new MillraceError('INVALID_SCHEMA', `A schema was expected, and there is ${describe(schema)}.`, {
      hint: "Write { id: t.long, at: t.timestamp }, 'id LONG, at TIMESTAMP', or give an object with ~standard.jsonSchema. A schema that only validates has no column types.",
    })
  }
  return structOf(schema as Fields)
}

const isFieldType = (value: unknown): boolean => typeof value === 'object' && value !== null && 'type' in value && 'isNullable' in value
