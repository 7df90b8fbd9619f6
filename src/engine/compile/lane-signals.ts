/** What generated code throws, without stack or text: its caller runs the batch again in a slower way, and finds out there. */

/** Longs no longer fit Float64 lanes exactly: the batch is run again on BigInt64 lanes. */
export const laneOverflow: unique symbol = Symbol('lane overflow')
/** A row raises an ANSI error: the batch is run again by the interpreter, which raises the first one in its own order and words. */
export const raised: unique symbol = Symbol('raised')
