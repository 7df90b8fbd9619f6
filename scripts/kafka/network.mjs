/** What a broker answers, and which ports are free. */
import { connect, createServer } from 'node:net'

const HOST = '127.0.0.1'
const ANSWER_MS = 3_000
/** Metadata, version 1, for no topic, from "up?". */
const question = Buffer.from('000000110003000100000000000375703f00000000', 'hex')

/** Whether the broker answers, and knows itself as part of its cluster: before that a port is open, and nothing works. */
export function answeringBroker(port, id) {
  return new Promise((resolve) => {
    const chunks = []
    const socket = connect({ host: HOST, port })
    const settle = (answer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(ANSWER_MS, () => settle(false))
    socket.on('error', () => settle(false)).on('close', () => resolve(false))
    socket.on('connect', () => socket.write(question))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      if (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) settle(brokersOf(bytes).includes(id))
    })
  })
}

function brokersOf(bytes) {
  const ids = []
  let at = 12
  for (let left = bytes.readInt32BE(8); left > 0; left--) {
    ids.push(bytes.readInt32BE(at))
    at += 4 + 2 + bytes.readInt16BE(at + 4) + 4
    at += 2 + Math.max(0, bytes.readInt16BE(at))
  }
  return ids
}

/** Taken together, so that they differ. Someone else may take one before the broker does. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise((resolve, reject) => server.once('error', reject).listen({ host: HOST, port: 0 }, () => resolve(server)))
    }),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
