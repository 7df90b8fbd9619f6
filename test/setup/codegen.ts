/**
 * Code is generated from the first row on, so that short tests run it. MILLRACE_TEST_CODEGEN=off runs the suites under the interpreter; sessions that say what
 * they want still get it.
 */
import { presetCodegen } from '../../src/engine/compile/executors.ts'
import { generatorTuning } from '../../src/engine/compile/generator-statistics.ts'

generatorTuning.interpretedRows = 0
if (process.env['MILLRACE_TEST_CODEGEN'] === 'off') presetCodegen('off')
