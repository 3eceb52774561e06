// An HTTP proxy that reaches the mirrors of this machine's apt and nothing else, and keeps what never changes.
import { existsSync, readFileSync } from 'node:fs'
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { Mirror } from './apt-sources.ts'
import { neverChanges, type PackageCache, type PackageWrite } from './package-cache.ts'

export interface ProxyOptions {
  /** Asked for each request; may be slow the first time. */
  mirrors(): Promise<readonly Mirror[]>
  readonly cache: PackageCache
  /** Another proxy on the way, as apt has it. */
  readonly upstream?: URL | undefined
  /** One line about what was refused or failed. */
  log(line: string): void
}

const IDLE_MS = 30_000
const REDIRECTS_MAX = 5

/** The server, not listening yet. */
export function createProxy(options: ProxyOptions): Server {
  const road = openRoad(options.upstream)
  const server = http.createServer((request, response) => {
    serve(request, response, options, road).catch((error: unknown) => {
      options.log(`failed ${request.url ?? ''}: ${error instanceof Error ? error.message : String(error)}`)
      if (response.headersSent) response.destroy()
      else refuse(response, 502, 'The mirror did not answer as it should.')
    })
  })
  server.on('connect', (request, socket) => {
    options.log(`refused CONNECT ${request.url ?? ''}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  return server
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  road: Road,
): Promise<void> {
  const asked = request.url ?? ''
  const target = URL.canParse(asked) ? new URL(asked) : undefined
  const mirror =
    target && (await options.mirrors()).find((one) => one.host === target.host && target.pathname.startsWith(one.path))
  if (!target || !mirror || (request.method !== 'GET' && request.method !== 'HEAD')) {
    options.log(`refused ${request.method ?? ''} ${asked}`)
    return refuse(
      response,
      403,
      'The proxy of a lab reaches only the mirrors of the apt of the machine that carries it.',
    )
  }
  target.protocol = mirror.protocol
  const name = `${target.host}${target.pathname}`
  const kept = neverChanges(target.pathname) && !target.search
  if (kept && (await serveKept(name, request, response, options.cache))) return
  const answer = await road.fetch(target, request)
  const whole = answer.statusCode === 200 && request.method === 'GET'
  const write = kept && whole ? await options.cache.write(name) : undefined
  response.writeHead(answer.statusCode ?? 502, passed(answer))
  if (write) return await passAndKeep(answer, response, write)
  await pipeline(answer, response)
}

async function serveKept(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  cache: PackageCache,
): Promise<boolean> {
  const found = await cache.read(name)
  if (!found) return false
  response.writeHead(200, { 'content-length': found.bytes, 'content-type': 'application/octet-stream' })
  if (request.method === 'HEAD') {
    await found.file.close()
    response.end()
    return true
  }
  await pipeline(found.file.createReadStream(), response)
  return true
}

/** To the node and to the disk at once; kept only if all of it came. */
async function passAndKeep(answer: IncomingMessage, response: ServerResponse, write: PackageWrite): Promise<void> {
  const expected = Number(answer.headers['content-length'] ?? Number.NaN)
  let bytes = 0
  async function* counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      bytes += chunk.length
      if (!write.stream.write(chunk)) await new Promise<void>((resolve) => write.stream.once('drain', () => resolve()))
      yield chunk
    }
  }
  try {
    await pipeline(answer, counted, response)
    await new Promise<void>((resolve, reject) => {
      write.stream.once('error', reject)
      write.stream.end(resolve)
    })
    if (bytes === expected) await write.keep()
    else await write.drop()
  } catch (error) {
    write.stream.destroy()
    await write.drop()
    throw error
  }
}

interface Road {
  /** Follows redirects: who trusts a mirror trusts where it sends. */
  fetch(target: URL, request: IncomingMessage): Promise<IncomingMessage>
}

function openRoad(upstream: URL | undefined): Road {
  const plain = new http.Agent({ keepAlive: true, maxSockets: 16 })
  const tls = new https.Agent({ keepAlive: true, maxSockets: 16, ...authorities() })
  const once = (target: URL, request: IncomingMessage): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { ...asked(request), host: target.host }
      const options = { method: request.method, headers, timeout: IDLE_MS }
      const sent =
        target.protocol === 'https:'
          ? https.request(target, { ...options, agent: tls })
          : upstream
            ? http.request({
                ...options,
                host: upstream.hostname,
                port: upstream.port || 80,
                path: target.href,
                agent: plain,
              })
            : http.request(target, { ...options, agent: plain })
      sent.once('response', resolve)
      sent.once('timeout', () => sent.destroy(new Error(`nothing came for ${IDLE_MS / 1_000} s`)))
      sent.once('error', reject)
      sent.end()
    })
  return {
    async fetch(target, request) {
      let at = target
      for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
        const answer = await once(at, request)
        const { location } = answer.headers
        if (
          ![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) ||
          !location ||
          !URL.canParse(location, at.href)
        )
          return answer
        answer.resume()
        at = new URL(location, at)
      }
      throw new Error(`more than ${REDIRECTS_MAX} redirects`)
    },
  }
}

/** Those that apt trusts, where Debian keeps them; Node's own elsewhere. */
function authorities(): { ca?: Buffer } {
  const file = '/etc/ssl/certs/ca-certificates.crt'
  return existsSync(file) ? { ca: readFileSync(file) } : {}
}

const ASKED = ['range', 'if-range', 'if-modified-since', 'if-none-match', 'user-agent', 'accept', 'cache-control']
const PASSED = [
  'content-length',
  'content-type',
  'content-range',
  'content-encoding',
  'last-modified',
  'etag',
  'accept-ranges',
  'date',
  'expires',
  'cache-control',
]

const asked = (request: IncomingMessage) => picked(request.headers, ASKED)
const passed = (answer: IncomingMessage) => picked(answer.headers, PASSED)

function picked(headers: http.IncomingHttpHeaders, names: readonly string[]): Record<string, string | string[]> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}

function refuse(response: ServerResponse, code: number, why: string): void {
  response.writeHead(code, { 'content-type': 'text/plain' })
  response.end(`${why}\n`)
}
