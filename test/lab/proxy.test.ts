import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import http, { type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { mirrorsIn } from '../../src/lab/apt-sources.ts'
import { neverChanges, openPackageCache } from '../../src/lab/package-cache.ts'
import { createProxy } from '../../src/lab/proxy-server.ts'

let dir = ''
let mirror: Server
let proxy: Server
let asked: string[] = []
let logged: string[] = []
let cut = false

const portOf = (server: Server): number => (server.address() as AddressInfo).port // both listen on TCP

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ays-proxy-'))
  asked = []
  logged = []
  cut = false
  mirror = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/debian/moved') return response.writeHead(302, { location: '/elsewhere' }).end()
    const body = 'x'.repeat(1_000)
    response.writeHead(200, { 'content-length': body.length })
    if (!cut) return response.end(body)
    response.write(body.slice(500))
    setTimeout(() => response.destroy(), 50)
  })
  mirror.listen(0, '127.0.0.1')
  await once(mirror, 'listening')
  const mirrors = mirrorsIn(`http://127.0.0.1:${portOf(mirror)}/debian/\n`)
  const cache = await openPackageCache(join(dir, 'cache'), { bytesMax: 2_500, clock: systemClock })
  proxy = createProxy({ mirrors: async () => mirrors, cache, log: (line) => logged.push(line) })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
})

afterEach(() => {
  for (const server of [mirror, proxy]) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(dir, { recursive: true })
})

async function get(path: string, host = `127.0.0.1:${portOf(mirror)}`): Promise<{ code: number; body: string }> {
  const request = http.get({ host: '127.0.0.1', port: portOf(proxy), path: `http://${host}${path}`, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage] // the event's one argument
  let body = ''
  for await (const chunk of response) body += chunk
  return { code: response.statusCode ?? 0, body }
}

test('a package is fetched once, an index every time', async () => {
  for (let i = 0; i < 2; i++) expect((await get('/debian/pool/a/a_1.deb')).body).toHaveLength(1_000)
  for (let i = 0; i < 2; i++) await get('/debian/dists/x/InRelease')
  expect(asked).toEqual(['/debian/pool/a/a_1.deb', '/debian/dists/x/InRelease', '/debian/dists/x/InRelease'])
})

test('what is below no mirror is refused and logged', async () => {
  expect((await get('/debian/pool/a/a_1.deb', 'example.com')).code).toBe(403)
  expect((await get('/other/pool/a/a_1.deb')).code).toBe(403)
  expect((await get('/debian/../other')).code).toBe(403)
  expect(asked).toEqual([])
  expect(logged).toHaveLength(3)
})

test('half a package is never kept', async () => {
  cut = true
  await expect(get('/debian/pool/a/a_1.deb')).rejects.toThrow()
  cut = false
  expect((await get('/debian/pool/a/a_1.deb')).body).toHaveLength(1_000)
  expect(asked).toHaveLength(2)
})

test('two at once get all of it, and one file is kept', async () => {
  const both = await Promise.all([get('/debian/pool/a/a_1.deb'), get('/debian/pool/a/a_1.deb')])
  expect(both.map((one) => one.body.length)).toEqual([1_000, 1_000])
  expect(readdirSync(join(dir, 'cache'))).toHaveLength(1)
})

test('the cache stays below its bound', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await get(`/debian/pool/${name}.deb`)
  await expect.poll(() => readdirSync(join(dir, 'cache')).length).toBe(2)
})

test('redirects are followed by the proxy itself', async () => {
  expect((await get('/debian/moved')).code).toBe(200)
  expect(asked).toEqual(['/debian/moved', '/elsewhere'])
})

test.each([
  ['/debian/pool/main/r/redis/redis_7.0_amd64.deb', true],
  ['/debian/dists/bookworm/main/binary-amd64/by-hash/SHA256/0a1b', true],
  ['/debian/dists/bookworm/InRelease', false],
  ['/debian/dists/pool/Release', false],
])('%s never changes: %s', (path, kept) => {
  expect(neverChanges(path)).toBe(kept)
})
