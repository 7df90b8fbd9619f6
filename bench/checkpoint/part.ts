/** One part of the checkpoint bench, in a process of its own: `node part.js <part> <folder> <arguments>` prints its figures. */
import { busyEpochs, idleEpochs } from './epochs.ts'
import { stateFigures } from './state.ts'
import { steadyFigures } from './steady.ts'

const [part = '', folder = '', first = '', second = ''] = process.argv.slice(2)
const program = first === 'count' ? 'count' : 'select'
const parts: Readonly<Record<string, () => Promise<object>>> = {
  idle: () => idleEpochs(folder, program, Number(second)),
  busy: () => busyEpochs(folder, program, Number(second)),
  state: () => stateFigures(folder, Number(first), Number(second)),
  steady: () => steadyFigures(folder, Number(first)),
}
process.stdout.write(`${JSON.stringify(await parts[part]?.())}\n`)
