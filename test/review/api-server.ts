/** The parts of GitHub's and GitLab's REST APIs that comments need, on loopback: strict about what it is sent. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Kept {
  id: number
  body: string
  who: string
}

/** Instead of an answer; `done` does what was asked all the same. */
export interface Fault {
  readonly match: RegExp
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly done?: boolean
}

export interface ApiServer {
  readonly github: string
  readonly gitlab: string
  readonly calls: Call[]
  readonly comments: Kept[]
  readonly faults: Fault[]
  close(): Promise<void>
}

export const TOKEN = 'token-that-must-not-be-shown'
const REPO = '/repos/acme/infra'
const NOTES = '/projects/acme%2Finfra/merge_requests/7/notes'

/** Pull request 7 of acme/infra, and merge request 7 of acme/infra. `user`: whether the token may ask who it is. */
export async function apiServer(options: { readonly user?: 'bot' | 'person' } = {}): Promise<ApiServer> {
  const calls: Call[] = []
  const comments: Kept[] = []
  const faults: Fault[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8')
      const call = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      calls.push(call)
      const at = faults.findIndex((one) => one.match.test(`${call.method} ${call.path}`))
      const [fault] = at < 0 ? [] : faults.splice(at, 1)
      const answer = fault && !fault.done ? undefined : answerTo(call, { comments, user: options.user ?? 'bot', port })
      const { status, data, headers } = fault
        ? { status: fault.status, data: { message: 'on purpose' }, headers: fault.headers ?? {} }
        : (answer ?? { status: 404, data: { message: 'Not Found' }, headers: {} })
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(data))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    github: `http://127.0.0.1:${port}/github`,
    gitlab: `http://127.0.0.1:${port}/gitlab/api/v4`,
    calls,
    comments,
    faults,
    close: () => new Promise((done) => server.close(() => done())),
  }
}

interface World {
  readonly comments: Kept[]
  readonly user: 'bot' | 'person'
  readonly port: number
}

interface Reply {
  readonly status: number
  readonly data: unknown
  readonly headers: Readonly<Record<string, string>>
}

const reply = (status: number, data: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  data,
  headers,
})

function answerTo(call: Call, world: World): Reply | undefined {
  const [where = '', query = ''] = call.path.split('?')
  if (where.startsWith('/github/'))
    return github(call, where.slice('/github'.length), new URLSearchParams(query), world)
  const path = where.slice('/gitlab/api/v4'.length)
  return where.startsWith('/gitlab/api/v4/') ? gitlab(call, path, new URLSearchParams(query), world) : undefined
}

function github(call: Call, path: string, query: URLSearchParams, world: World): Reply | undefined {
  const { headers, method } = call
  if (headers.authorization !== `Bearer ${TOKEN}`) return reply(401, { message: 'Bad credentials' })
  if (headers.accept !== 'application/vnd.github+json' || headers['x-github-api-version'] !== '2022-11-28')
    return reply(415, { message: 'Unsupported version' })
  if (path === '/user')
    return world.user === 'person'
      ? reply(200, { login: 'ays', type: 'User' })
      : reply(403, { message: 'Resource not accessible by integration' })
  const me = world.user === 'person' ? 'ays' : 'github-actions[bot]'
  const shown = ({ id, body, who }: Kept): object => ({
    id,
    body,
    user: { login: who, type: who.endsWith('[bot]') ? 'Bot' : 'User' },
    html_url: `https://github.example/acme/infra/pull/7#issuecomment-${id}`,
  })
  const one = /^\/repos\/acme\/infra\/issues\/comments\/(\d+)$/.exec(path)
  if (path === `${REPO}/issues/7/comments` && method === 'GET') {
    const { page, rows, more } = paged(world.comments, query, 30)
    const next = `http://127.0.0.1:${world.port}/github${path}?page=${page + 1}`
    return reply(200, rows.map(shown), more ? { link: `<${next}>; rel="next", <${next}>; rel="last"` } : {})
  }
  if (path === `${REPO}/issues/7/comments` && method === 'POST')
    return written(call, world, undefined, me, 65_536, shown)
  if (one && method === 'PATCH') return written(call, world, Number(one[1]), me, 65_536, shown)
  return undefined
}

function gitlab(call: Call, path: string, query: URLSearchParams, world: World): Reply | undefined {
  if (call.headers['private-token'] !== TOKEN) return reply(401, { message: '401 Unauthorized' })
  if (path === '/user') return reply(200, { id: 1, username: 'ays' })
  const shown = ({ id, body, who }: Kept): object => ({
    id,
    body,
    system: false,
    author: { id: who === 'ays' ? 1 : 2, username: who },
  })
  const one = new RegExp(`^${NOTES}/(\\d+)$`).exec(path)
  if (path === NOTES && call.method === 'GET') {
    if (query.get('sort') !== 'asc') return reply(400, { error: 'the newest first would be another order' })
    const { page, rows, more } = paged(world.comments, query, 20)
    return reply(200, rows.map(shown), { 'x-next-page': more ? String(page + 1) : '' })
  }
  if (path === NOTES && call.method === 'POST') return written(call, world, undefined, 'ays', 1_000_000, shown)
  if (one && call.method === 'PUT') return written(call, world, Number(one[1]), 'ays', 1_000_000, shown)
  return undefined
}

function paged(
  all: readonly Kept[],
  query: URLSearchParams,
  usual: number,
): { readonly page: number; readonly rows: readonly Kept[]; readonly more: boolean } {
  const page = Number(query.get('page') ?? 1)
  const size = Math.min(100, Number(query.get('per_page') ?? usual))
  return { page, rows: all.slice((page - 1) * size, page * size), more: all.length > page * size }
}

function written(
  { body: text, headers }: Call,
  { comments }: World,
  id: number | undefined,
  who: string,
  most: number,
  shown: (one: Kept) => object,
): Reply {
  if (!headers['content-type']?.startsWith('application/json')) return reply(400, { message: 'Problems parsing JSON' })
  const { body } = JSON.parse(text) as { body: string } // what the tests send
  if (typeof body !== 'string' || body === '' || body.length > most)
    return reply(422, { message: `Validation Failed: body is too long (maximum is ${most} characters)` })
  if (id === undefined) {
    const made = { id: comments.length + 1, body, who }
    comments.push(made)
    return reply(201, shown(made))
  }
  const there = comments.find((one) => one.id === id)
  if (!there) return reply(404, { message: 'Not Found' })
  there.body = body
  return reply(200, shown(there))
}
