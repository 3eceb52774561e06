import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
