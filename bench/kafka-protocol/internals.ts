/** The parts of the built package that this bench looks at; they are not exported. */
import { join } from 'node:path'
import { root } from '../measure.js'

const folder = join(root, 'dist/kafka/protocol')
const records = join(folder, 'records')
export const { RecordBatchBuilder } = (await import(
  join(records, 'record-batch-builder.js')
)) as typeof import('../../dist/kafka/protocol/records/record-batch-builder.js')
export const { RecordLanes } = (await import(
  join(records, 'record-lanes.js')
)) as typeof import('../../dist/kafka/protocol/records/record-lanes.js')
export const { RecordSetReader } = (await import(
  join(records, 'record-set-reader.js')
)) as typeof import('../../dist/kafka/protocol/records/record-set-reader.js')
export const { loadNativeCrc32c } = (await import(
  join(records, 'crc32c.js')
)) as typeof import('../../dist/kafka/protocol/records/crc32c.js')
export const { loadCodec } = (await import(
  join(folder, 'compression/codecs.js')
)) as typeof import('../../dist/kafka/protocol/compression/codecs.js')
