/** MILLRACE_TEST_CODEGEN=off runs the suites under the interpreter; sessions that say what they want still get it. */
import { presetCodegen } from '../../src/engine/compile/executors.ts'

if (process.env['MILLRACE_TEST_CODEGEN'] === 'off') presetCodegen('off')
