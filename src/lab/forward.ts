// Ports of lab nodes on this machine's loopback, for browsers and other programs of a person's.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { environmentVariables } from '../base/environment.ts'
import { roadTo } from '../sal/lab/places.ts'

export interface Forward {
  /** On 127.0.0.1. */
  readonly port: number
  /** Ends it and every connection through it. */
  close(): Promise<void>
}

/** Opens a port on loopback that leads to a port of a lab node. `localPort` 0 or absent: any free one. */
export async function forward(
  target: { readonly tag: string; readonly address: string; readonly port: number; readonly localPort?: number },
  signal?: AbortSignal,
): Promise<Forward> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    open.add(socket)
    carry(socket, roadTo(target.tag, target.address, target.port))
    socket.once('close', () => open.delete(socket))
  })
  server.listen(target.localPort ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  signal?.addEventListener('abort', () => void close(), { once: true })
  const at = server.address()
  return { port: typeof at === 'object' && at ? at.port : 0, close }
}

/** One connection is one relay; each ends with the other. */
function carry(socket: Socket, [program = '', ...args]: readonly string[]): void {
  const relay = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: environmentVariables() })
  relay.once('error', () => socket.destroy())
  relay.stdin.on('error', () => socket.destroy())
  relay.stdout.on('error', () => socket.destroy())
  socket.on('error', () => relay.stdin.end())
  socket.pipe(relay.stdin)
  relay.stdout.pipe(socket)
  socket.once('close', () => relay.stdin.end())
}
