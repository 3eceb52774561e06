/** Webhooks: who is told what, signed, tried again, and never anyone else. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Problem } from '../../src/base/problem.ts'
import { Secret, sealerOf } from '../../src/base/secret.ts'
import type { Delivery } from '../../src/store/store.ts'
import { Hooks, type HookTarget } from '../../src/watch/hooks.ts'
import { openWorld } from './world.ts'

interface Got {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A webhook on loopback that answers as it is told. */
async function hookServer(answer: (response: ServerResponse, nth: number) => void = (response) => response.end()) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body })
      answer(response, got.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return { got, url: `http://127.0.0.1:${address.port}` }
}

/** Hooks whose waits are over at once, and what they waited for. */
function hooksOf(...given: Omit<HookTarget, 'key'>[]) {
  const targets = given.map((one, i) => ({ ...one, key: String(i) }))
  let kept: Delivery[] = []
  const waits: number[] = []
  const problems: Problem[] = []
  let onIdle = (): void => {}
  const hooks = new Hooks({
    clock: {
      now: () => 0,
      async sleep(ms) {
        waits.push(ms)
      },
    },
    workspace: 'w',
    environment: 'prod',
    kept: () => kept,
    keep: ({ add, drop }) => {
      kept = [...kept.filter((one) => !drop.includes(one.id)), ...add]
    },
    onProblem: (problem) => problems.push(problem),
    onIdle: () => onIdle(),
  })
  hooks.follow(targets)
  onTestFinished(() => hooks.stop())
  const told = (): Promise<void> => (hooks.idle ? Promise.resolve() : new Promise((resolve) => (onIdle = resolve)))
  return { hooks, waits, problems, told, kept: () => kept }
}

const back = { type: 'back', node: 'node/n' as never, at: 1_000 } as const

test('what is told is signed with the secret, which is not sent', async () => {
  const { got, url } = await hookServer()
  const secret = new Secret('secrets.hook', 'hush', sealerOf(new Uint8Array(32)))
  const { hooks, told } = hooksOf({ hook: { url: `${url}/ays`, secret: 'hook' }, secret })
  hooks.tell(back)
  await told()
  const [one] = got
  expect(one?.path).toBe('/ays')
  expect(JSON.parse(one?.body ?? '')).toMatchObject({
    format: 1,
    workspace: 'w',
    environment: 'prod',
    type: 'back',
    node: 'node/n',
    at: '1970-01-01T00:00:01.000Z',
  })
  const signature = createHmac('sha256', 'hush')
    .update(one?.body ?? '')
    .digest('hex')
  expect(one?.headers).toMatchObject({ 'x-ays-event': 'back', 'x-ays-signature': `sha256=${signature}` })
  expect(JSON.stringify(one)).not.toContain('hush')
})

test('only what it asks for is told, and nothing that is not news', async () => {
  const { got, url } = await hookServer()
  const { hooks, told } = hooksOf({ hook: { url, on: ['back'] } })
  hooks.tell({ type: 'started', services: 1, nodes: 1, apply: 'never', at: 0 })
  hooks.tell({ type: 'ok', service: 'file/a' as never, at: 0 })
  hooks.tell(back)
  await told()
  expect(got.map(({ headers }) => headers['x-ays-event'])).toEqual(['back'])
})

test('an answer of 5xx is tried again under the same delivery id, in order', async () => {
  const { got, url } = await hookServer((response, nth) => {
    response.statusCode = nth < 3 ? 503 : 204
    response.end()
  })
  const { hooks, told, waits, problems } = hooksOf({ hook: { url } })
  hooks.tell(back)
  hooks.tell({ ...back, at: 2_000 })
  await told()
  const ids = got.map(({ headers }) => headers['x-ays-delivery'])
  expect(got).toHaveLength(4)
  expect(new Set(ids.slice(0, 3)).size).toBe(1)
  expect(ids[3]).not.toBe(ids[0])
  expect(waits).toEqual([1_000, 5_000])
  expect(problems).toEqual([])
})

test.each([
  ['a refusal is final', 404, 1],
  ['a redirect is not followed', 302, 1],
  ['a broken server is given up in the end', 500, 6],
])('%s, and told', async (_, status, calls) => {
  const elsewhere = await hookServer()
  const { got, url } = await hookServer((response) => {
    response.writeHead(status, { location: elsewhere.url })
    response.end()
  })
  const { hooks, told, problems } = hooksOf({ hook: { url } })
  hooks.tell(back)
  await told()
  expect(got).toHaveLength(calls)
  expect(elsewhere.got).toEqual([])
  expect(problems).toMatchObject([{ code: 'HOOK_FAILED' }])
})

test('while nobody answers the queue is bounded, and the first and the last of it are told', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const { got, url } = await hookServer((response, nth) => {
    if (nth > 1) response.end()
    else void held.then(() => response.end())
  })
  const { hooks, told } = hooksOf({ hook: { url } })
  for (let at = 0; at < 700; at++) hooks.tell({ ...back, at })
  release()
  await told()
  const times = got.map(({ body }) => Date.parse((JSON.parse(body) as { at: string }).at))
  expect(times).toHaveLength(200)
  expect([times[0], times[1], times[199]]).toEqual([0, 501, 699])
})

test('the watch tells the webhook of ays.yaml with a secret of the workspace', async () => {
  const { got, url } = await hookServer()
  const world = openWorld(
    'node.sim__n: {}\nnote__a: {}\n',
    `secrets: { hook: { file: hook.txt } }\nwatch: { hooks: [{ url: "${url}", secret: hook, on: [drifted, repaired] }] }\n`,
  )
  world.write('hook.txt', 'hush\n')
  await world.apply()
  world.onNode('n', ({ things }) => {
    for (const thing of Object.keys(things)) if (thing.startsWith('file:')) delete things[thing]
  })
  const running = world.start()
  await world.clock.pass(1_000)
  await running.stop()
  expect(got.map(({ headers }) => headers['x-ays-event'])).toEqual(['drifted', 'repaired'])
  const [one] = got
  const signature = createHmac('sha256', 'hush')
    .update(one?.body ?? '')
    .digest('hex')
  expect(one?.headers['x-ays-signature']).toBe(`sha256=${signature}`)
})
