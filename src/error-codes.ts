/**
 * Every error that Millrace raises by itself, by stable code. The page docs/errors.md is generated from this table; a code is never renamed or reused.
 * `when` says what happened, `remedy` what would be right. Spark's condition names are kept where Spark has the condition.
 */
export interface ErrorCodeEntry {
  /** What happened, in one sentence. */
  readonly when: string
  /** What the user does about it, in one sentence. */
  readonly remedy: string
}

const entry = (when: string, remedy: string): ErrorCodeEntry => ({ when, remedy })

export const errorCodes = {
  // ── building and analysing a plan
  UNRESOLVED_COLUMN: entry('A column name does not exist in the input of the operation.', 'Use one of the columns that the message lists.'),
  AMBIGUOUS_COLUMN: entry('A name fits more than one column.', 'Rename or drop one of them first.'),
  UNRESOLVED_ROUTINE: entry('A function of this name does not exist.', 'Use one of the functions listed in docs/functions.md.'),
  WRONG_NUM_ARGS: entry('A function got the wrong number of arguments.', 'Call it as its signature says.'),
  DATATYPE_MISMATCH: entry('An operand or argument has a type that the operation does not take.', 'Cast it, or use another column.'),
  FIELD_NOT_FOUND: entry('A struct has no field of this name.', 'Use one of the fields that the message lists.'),
  DUPLICATE_COLUMN: entry('Two columns of one result have the same name.', 'Alias or drop one of them.'),
  NOT_A_COLUMN: entry(
    'A callback returned something that is not a column.',
    'Return columns; a function on rows goes to mapRows, filterRows or flatMapRows.',
  ),
  INVALID_INTERVAL: entry('A text is not a fixed length of time.', "Write a number and a unit, such as '10 seconds' or '1 minute'."),
  INVALID_WINDOW: entry(
    'The lengths of a window do not fit together.',
    'The slide must be positive and at most the window; the start offset less than the slide.',
  ),
  INVALID_SCHEMA: entry('A schema text or object cannot be read.', "Write 'name TYPE, …' with Spark's type names, or use t."),
  SCHEMA_REQUIRED: entry(
    'The source has no fixed schema and none was given.',
    'Give one with .schema(…), or infer it with await …inferSchema().',
  ),
  UNION_MISMATCH: entry('The two sides of a union have different columns.', 'Select the same names and types on both sides.'),
  MISSING_AGGREGATION: entry(
    'A column that was given to agg is not an aggregate.',
    'Wrap it in an aggregate such as max(…), or add it to groupBy.',
  ),
  AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION: entry(
    'Something that is drawn by chance stands inside an aggregate.',
    'Make it a column before groupBy, and aggregate that.',
  ),
  AGGREGATE_NOT_ALLOWED: entry('An aggregate stands where only columns of the row may stand.', 'Use it inside groupBy(…).agg(…).'),
  INVALID_ARGUMENT: entry('An argument has a value that is not allowed.', 'Use a value that the message describes.'),
  UNSUPPORTED_OPERATION: entry('The operation is not possible on this plan.', 'The message names what is.'),
  // ── options, formats, starting
  UNKNOWN_FORMAT: entry('No source or sink of this name is registered.', 'Use one of the formats that the message lists.'),
  UNKNOWN_OPTION: entry('The source or sink has no option of this name.', 'Use one of the options that the message lists.'),
  INVALID_OPTION: entry('An option has a value that it does not take.', 'Use a value that the message describes.'),
  MISSING_OPTION: entry('A required option is not set.', 'Set it with .option(…).'),
  OUTPUT_MODE_NOT_SUPPORTED: entry('The output mode does not fit the query or the sink.', 'Use the mode that the message names.'),
  QUERY_NAME_IN_USE: entry('An active query of the session has this name already.', 'Stop that query or choose another name.'),
  CHECKPOINT_REQUIRED: entry('The delivery guarantee that was asked for needs a checkpoint.', "Set .option('checkpointLocation', …)."),
  CHECKPOINT_IN_USE: entry(
    'Another runner of the query holds the checkpoint, or may hold it.',
    "Stop it first, or shut it out with .option('takeover', true).",
  ),
  CHECKPOINT_INCOMPATIBLE: entry(
    'The checkpoint is of a program that kept other state or read other sources.',
    'Go back to that program, declare renamed columns with checkpointRenames, or begin a new checkpoint.',
  ),
  CHECKPOINT_FORMAT: entry(
    'The checkpoint was written by a version of Millrace that this one does not know.',
    'Use that version or a later one.',
  ),
  CHECKPOINT_OLDER_THAN_OUTPUT: entry(
    'The sink has output that the checkpoint knows nothing of: the checkpoint is an old copy, or lost its end.',
    'Restore the newest checkpoint, or begin a new one with a new output.',
  ),
  OUTPUT_OLDER_THAN_CHECKPOINT: entry(
    'The sink has less than the checkpoint has committed to it: the output was removed, or is an old copy.',
    'Restore the output, take the query back to the last epoch that it has with millrace checkpoint rewind, or begin a new checkpoint.',
  ),
  DELIVERY_NOT_SUPPORTED: entry(
    'The delivery guarantee that was asked for is more than a source or the sink can give.',
    "Use another source or sink, or ask for 'at-least-once'.",
  ),
  SESSION_STOPPED: entry('The session was stopped.', 'Build a new one with StreamSession.builder.getOrCreate().'),
  // ── running
  ARITHMETIC_OVERFLOW: entry('The result of an integer operation does not fit its type.', 'Cast the operands to a wider type.'),
  DIVIDE_BY_ZERO: entry('A number was divided by zero.', 'Guard the divisor with when(…) or nullif(…).'),
  REMAINDER_BY_ZERO: entry('The remainder of a division by zero was asked for.', 'Guard the divisor with when(…) or nullif(…).'),
  CAST_INVALID_INPUT: entry('A value cannot be cast to the type.', 'Clean the value first, or use tryCast, which gives null.'),
  CAST_OVERFLOW: entry('A number does not fit the type that it is cast to.', 'Cast to a wider type, or use tryCast, which gives null.'),
  DATETIME_OVERFLOW: entry('A point in time is outside the years 1 to 9999.', 'Filter such rows first.'),
  LONG_NOT_SAFE: entry(
    'A long beyond ±(2^53 − 1) reached TypeScript as a number.',
    'Declare the column as t.bigint, or cast it to string.',
  ),
  ROW_TYPE_MISMATCH: entry('A row made by user code does not fit the schema.', 'Return the types that the schema names.'),
  MALFORMED_RECORD: entry(
    'A record is not valid in its format, and the mode is FAILFAST.',
    "Use mode 'PERMISSIVE' or 'DROPMALFORMED', or repair the input.",
  ),
  RECORD_TOO_LONG: entry('A record is longer than maxRecordBytes.', 'Raise maxRecordBytes, or check the line separator.'),
  USER_FUNCTION_FAILED: entry('A function of the user threw.', 'The cause is the error that it threw.'),
  SOURCE_UNAVAILABLE: entry('The source could not be reached.', 'Check address and server; the message names both.'),
  SOURCE_FAILED: entry('The source broke while it was read.', 'The cause says why.'),
  SINK_FAILED: entry('The sink refused or broke.', 'The cause says why.'),
  QUERY_FAILED: entry('The query ended with an error.', 'The cause says why.'),
  QUERY_FENCED: entry('Another runner of the query has taken over.', 'Stop this one; only one runner of a query may write.'),
  CHECKPOINT_DAMAGED: entry(
    'A file of the checkpoint is damaged.',
    'Restore the whole checkpoint from one backup; where only state is damaged, a rewind to an epoch before it helps too.',
  ),
  CHECKPOINT_FAILED: entry(
    'The checkpoint could not be written; what it had before is intact.',
    'Make room or repair the disk, then start the query again.',
  ),
  STATE_TOO_LARGE: entry(
    'The state of the query would pass its memory budget.',
    'Raise millrace.state.maxBytes, add a watermark so that state expires, or give fewer keys.',
  ),
  // ── Kafka
  KAFKA_PROTOCOL_ERROR: entry(
    "A message is not well-formed in Kafka's protocol, or a value does not fit it.",
    'Check that the address is that of a Kafka broker; the message says what is wrong.',
  ),
  KAFKA_VERSION_UNSUPPORTED: entry(
    'The two sides have no version of a request in common, or the version lacks a field.',
    'Use a broker or client of a version that the message allows.',
  ),
  KAFKA_RECORDS_DAMAGED: entry(
    'A batch of records is damaged: its checksum, lengths or compressed bytes are wrong.',
    'Look at the log of the partition at the offset that the message names.',
  ),
  KAFKA_RECORD_FORMAT: entry(
    'A batch of records has a format that is not read: one from before Kafka 0.11, or one that is not known.',
    'Have the topic rewritten by a client of Kafka 0.11 or later.',
  ),
  KAFKA_CODEC_MISSING: entry(
    'Records are compressed in a way that needs a package which is not installed.',
    'Install the package that the message names.',
  ),
  KAFKA_UNREACHABLE: entry(
    'No connection to a Kafka broker could be made.',
    'Check the address in bootstrapServers, that the broker runs, and that the addresses that it advertises can be reached from here.',
  ),
  KAFKA_TIMEOUT: entry(
    'A Kafka broker did not answer in time.',
    'Check the broker and the network, or allow more time with requestTimeoutMs.',
  ),
  KAFKA_CONNECTION_LOST: entry('The connection to a Kafka broker broke.', 'Check the log of the broker for the reason.'),
  KAFKA_TLS_FAILED: entry(
    'A secure connection to a Kafka broker could not be agreed on.',
    'Check tls: whom to trust (ca), the name in the certificate (serverName), and the certificate of this side (cert and key).',
  ),
  KAFKA_AUTHENTICATION_FAILED: entry(
    'The Kafka broker did not accept who this client says it is, or could not prove who it is.',
    'Check the mechanism, name and password or token in sasl, and that the listener has this mechanism.',
  ),
  KAFKA_AUTHORIZATION_FAILED: entry(
    'The Kafka broker does not allow this client what it asked for.',
    'Have the right granted to the principal of this client (kafka-acls), or use another one.',
  ),
  KAFKA_UNKNOWN_TOPIC: entry('The Kafka cluster has no such topic or partition.', 'Create it, or correct the name.'),
  KAFKA_TOPIC_RECREATED: entry(
    'A Kafka topic was deleted and created again: the offsets that are known are those of the former one.',
    'Begin at offsets of the new topic.',
  ),
  KAFKA_OFFSET_OUT_OF_RANGE: entry(
    'The offset is not in the log of the partition: retention has passed it, or it was never written.',
    'Begin at an offset from the earliest to the latest of the partition.',
  ),
  KAFKA_DATA_LOST: entry(
    'Records of a topic were gone before the query had read them: by retention, or because the topic was deleted.',
    "Find out why; to go on with what is there, set the source's option 'failOnDataLoss' to false.",
  ),
  KAFKA_RECORD_TOO_LARGE: entry(
    'A record or batch is larger than the Kafka broker or this client takes.',
    'Send smaller records, or raise max.message.bytes of the topic and batchBytesMax of the producer.',
  ),
  KAFKA_DELIVERY_FAILED: entry(
    'Records could not be written to Kafka in the time that is allowed for it. Some of them may be there.',
    'Check the brokers of the partition, or allow more time with deliveryTimeoutMs.',
  ),
  KAFKA_PRODUCER_FENCED: entry(
    'Another producer of the same identity has taken over.',
    'Let one of the two run; if this is the right one, start it anew.',
  ),
  KAFKA_PRODUCER_FULL: entry(
    'A record was appended to a producer whose buffer is full.',
    'Wait for room() before appending while the producer is full.',
  ),
  KAFKA_REQUEST_REFUSED: entry(
    'The Kafka broker refused a request.',
    "The message has Kafka's name of the error, and what the broker says.",
  ),
  KAFKA_CLIENT_CLOSED: entry('The Kafka client was closed.', 'Use it before close(), or make a new one.'),
  INTERNAL_ERROR: entry('An invariant of the engine does not hold.', 'This is a defect of Millrace: please report it with the message.'),
} as const satisfies Record<string, ErrorCodeEntry>

export type ErrorCode = keyof typeof errorCodes
