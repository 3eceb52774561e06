import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caddyfile } from '../../src/templates/caddy.ts'

const proxy = {
  src: '/',
  dst: ['http://10.0.0.1:80'],
  failTimeout: '10s',
  maxFails: 1,
  headerUpstream: [],
  headerDownstream: [],
  transparent: false,
}
const site = { gzip: true, stagging: false }

test('the fields of AYS are the directives of Caddy 2', () => {
  const text = caddyfile({ ...site, hostname: 'web.example.org', email: 'a@example.org', stagging: true }, [
    { ...proxy, src: '/api', without: '/api', headerUpstream: ['X-From ays here'] },
  ])
  expect(text).toContain('acme_ca https://acme-staging-v02')
  expect(text).toContain('\tencode gzip\n')
  expect(text).toContain('\thandle /api* {\n\t\turi strip_prefix /api\n\t\treverse_proxy http://10.0.0.1:80 {')
})

test('a real caddy takes the configuration', (ctx) => {
  if (!existsSync('/usr/bin/caddy')) return ctx.skip('needs caddy')
  const all = { ...site, hostname: 'web.example.org', port: 8443, email: 'a@example.org', stagging: true, root: '/srv' }
  const api = {
    ...proxy,
    src: '/api',
    without: '/api',
    headerUpstream: ['X-From ays here'],
    headerDownstream: ['X-By ays'],
  }
  for (const text of [caddyfile(site, []), caddyfile(all, [proxy, api])]) validate(text)
})

test('a real caddy passes requests on as AYS had it: by their beginning, without a prefix, with headers', async (ctx) => {
  if (!existsSync('/usr/bin/caddy')) return ctx.skip('needs caddy')
  const dir = mkdtempSync(join(tmpdir(), 'ays-caddy-'))
  const backend = createServer((request, response) => response.end(`${request.url} ${request.headers['x-from']}`))
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  const port = await freePort()
  const dst = [`http://127.0.0.1:${portOf(backend)}`]
  const api = {
    ...proxy,
    dst,
    src: '/api',
    without: '/api',
    headerUpstream: ['X-From ays here'],
    headerDownstream: ['X-By us'],
  }
  mkdirSync(join(dir, 'www'))
  writeFileSync(join(dir, 'www/page.txt'), 'a page')
  writeFileSync(join(dir, 'Caddyfile'), caddyfile({ ...site, port, root: join(dir, 'www') }, [api]))
  const caddy = spawn('caddy', ['run', '--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile'], {
    env: { PATH: '/usr/bin:/bin', HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
    stdio: 'ignore',
  })
  try {
    const answer = await eventually(() => fetch(`http://127.0.0.1:${port}/api/x?y=1`))
    expect(await answer.text()).toBe('/x?y=1 ays here')
    expect(answer.headers.get('x-by')).toBe('us')
    expect(await (await fetch(`http://127.0.0.1:${port}/page.txt`)).text()).toBe('a page')
  } finally {
    const ended = new Promise((resolve) => caddy.once('close', resolve))
    caddy.kill('SIGTERM')
    await ended
    backend.close()
    rmSync(dir, { recursive: true, force: true })
  }
})

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const port = portOf(probe)
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Throws with caddy's own words. */
function validate(text: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'ays-caddy-'))
  try {
    writeFileSync(join(dir, 'Caddyfile'), text)
    execFileSync('caddy', ['validate', '--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile'], {
      env: { PATH: '/usr/bin:/bin', HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
