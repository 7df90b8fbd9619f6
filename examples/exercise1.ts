/**
 * The lesson's first program: lines of a socket, counted by the minute in which they arrived. It wants a line server on localhost:9999, such as
 * `npx millrace demo` in another terminal, or `nc -lk 9999`. Ctrl-C ends it.
 */
import { count, StreamSession, window } from 'millrace'

const session = StreamSession.builder.appName('StreamProcessing').getOrCreate()
const stream = session.readStream.format('socket').option('host', 'localhost').option('port', 9999).load()
const counts = stream.groupBy(window('timestamp', '1 minute')).agg(count('*').alias('count'))
const query = counts.writeStream.outputMode('complete').format('console').start()
await query.awaitTermination()
