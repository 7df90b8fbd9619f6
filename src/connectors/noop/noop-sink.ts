/** The noop sink: takes everything and keeps nothing, for measurements. */
import type { SinkProvider } from '../../plan/contracts/sink.ts'

const nothing = (): Promise<void> => Promise.resolve()

/** `format('noop')`. */
export const noopSink: SinkProvider = Object.freeze({
  format: 'noop',
  options: {},
  modes: ['append', 'update', 'complete'],
  delivery: 'at-least-once',
  open: () => Promise.resolve({ begin: nothing, write: nothing, commit: () => Promise.resolve(null), abort: nothing, close: nothing }),
} satisfies SinkProvider)
