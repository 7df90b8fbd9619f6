/** What formats there are. The composition root fills one; the analyzer and the engine look names up in it. */
import { MillraceError, nearestName } from '../../error.ts'
import type { SinkProvider } from './sink.ts'
import type { SourceProvider } from './source.ts'

export class Catalog {
  readonly #sources = new Map<string, SourceProvider>()
  readonly #sinks = new Map<string, SinkProvider>()

  registerSource(provider: SourceProvider): this {
    this.#sources.set(provider.format.toLowerCase(), provider)
    return this
  }
  registerSink(provider: SinkProvider): this {
    this.#sinks.set(provider.format.toLowerCase(), provider)
    return this
  }
  /** Throws UNKNOWN_FORMAT, with the nearest name. */
  source(format: string): SourceProvider {
    return lookUp('source', format, this.#sources)
  }
  /** Throws UNKNOWN_FORMAT, with the nearest name. */
  sink(format: string): SinkProvider {
    return lookUp('sink', format, this.#sinks)
  }
  sources(): readonly SourceProvider[] {
    return [...this.#sources.values()]
  }
  sinks(): readonly SinkProvider[] {
    return [...this.#sinks.values()]
  }
}

function lookUp<T extends { readonly format: string }>(what: string, given: unknown, map: ReadonlyMap<string, T>): T {
  // Untyped code may name none.
  const format = String(given)
  const found = map.get(format.toLowerCase())
  if (found !== undefined) return found
  const known = [...map.values()].map((provider) => provider.format)
  const near = nearestName(format, known)
  throw new MillraceError('UNKNOWN_FORMAT', `There is no ${what} '${format}'.`, {
    hint: `${near === undefined ? '' : `Did you mean '${near}'? `}There are: ${known.join(', ')}.`,
    details: { format, known, ...(near === undefined ? {} : { suggestion: near }) },
  })
}
