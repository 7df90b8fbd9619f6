/** Options whose text is JSON, as Spark has them for what differs by partition. */

/** Null where the text is none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}

/** A whole number that is not negative. */
export const isOffsetText = (text: string): boolean => /^\d{1,16}$/.test(text)
