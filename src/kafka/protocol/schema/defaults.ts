/** What a field is where it is not written: the default of its definition, otherwise zero, empty or, for a struct, the struct of its fields' defaults. */
import { BYTES_NONE, type Field, type Fields, UUID_ZERO } from './definition.ts'

export function defaultOf(field: Field): unknown {
  if (field.default === null) return null
  if (field.array) return []
  if (field.kind === 'struct') return structOfDefaults(field.fields ?? {})
  return field.default ?? zeroOf(field)
}

function structOfDefaults(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, defaultOf(field)]))
}

export function isDefault(field: Field, value: unknown): boolean {
  if (value === null || field.default === null) return value === null && field.default === null
  if (field.array || field.kind === 'records') return (value as readonly unknown[]).length === 0
  if (field.kind === 'bytes') return (value as Uint8Array).length === 0
  if (field.kind !== 'struct') return value === defaultOf(field)
  return Object.entries(field.fields ?? {}).every(([name, inner]) => {
    const one = (value as Record<string, unknown>)[name]
    return one === undefined || isDefault(inner, one)
  })
}

function zeroOf({ kind }: Field): unknown {
  switch (kind) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'uuid':
      return UUID_ZERO
    case 'bytes':
    case 'records':
      return BYTES_NONE
    default:
      return 0
  }
}
