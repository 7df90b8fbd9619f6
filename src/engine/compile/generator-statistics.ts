/** What the generator did in this process: tests hold that it ran, and that it never raised where the interpreter does not. */
export const generatorStatistics = {
  functions: 0,
  /** Batches that generated functions ran. */
  batches: 0,
  /** Batches that ran again on BigInt64 lanes. */
  widened: 0,
  /** Batches for whose shape there is no function. */
  interpreted: 0,
  /** Batches that the interpreter ran again because a row raises. */
  raised: 0,
  /** Those of them in which no row raised after all. */
  disagreements: 0,
}

/**
 * Rows that a stage interprets before code is generated for it: making a function takes as long as interpreting some hundred rows, and many queries (of
 * foreachBatch above all) never see more. Tests set 0.
 */
export const generatorTuning = { interpretedRows: 500 }
