/** What is written for a tool is read back by that tool itself. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Address } from '../../src/base/address.ts'
import { isSecret } from '../../src/base/secret.ts'
import { caddyfile } from '../../src/templates/caddy.ts'
import { sshArgv } from '../../src/transport/ssh-argv.ts'
import { sorted, withText } from './blueprint.ts'
import { hostileTexts, seedOfRun } from './hostile.ts'

const seed = seedOfRun()
const texts = hostileTexts('ays-canary', { seed, more: 10 }).map((text) => text.slice(0, 200))
const dir = mkdtempSync(join(tmpdir(), 'ays-injection-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const always = [{ key: 'node.sim__always', data: {} }]

/** Contents of the file `/etc/ays/…` of each service that is not refused, by the text in its field. */
function filesOf(template: string, path: readonly string[], given: readonly string[], base = {}): [string, string][] {
  const services = given.map((text, i) => ({
    key: `${template}__x${i}`,
    // Each has a port of its own.
    data: withText({ parent: 'always', port: 7_000 + i, ...base }, path, text),
  }))
  const { accepted, wanted } = sorted(always, services)
  return accepted.flatMap(({ key }): [string, string][] => {
    const i = Number(/\d+$/.exec(key)?.[0])
    const found = contentIn(wanted, new RegExp(`^/etc/ays/.*/x${i}\\.`))
    return found === undefined ? [] : [[given[i] ?? '', found]]
  })
}

function contentIn(value: unknown, path: RegExp): string | undefined {
  if (typeof value !== 'object' || value === null || isSecret(value)) return undefined
  if ('path' in value && 'content' in value && path.test(String(value.path)))
    return isSecret(value.content) ? value.content.reveal() : String(value.content)
  const inner = value instanceof Map ? [...value.values()] : Object.values(value)
  for (const one of inner) {
    const found = contentIn(one, path)
    if (found !== undefined) return found
  }
  return undefined
}

test(`a redis reads the password that was given (AYS_SEED=${seed})`, async (ctx) => {
  if (!existsSync('/usr/bin/redis-server')) return ctx.skip('needs redis-server')
  const passwords = texts.map((text) => `long-enough${text}`)
  for (const template of ['storage_engine', 'redis']) {
    const files = filesOf(template, ['password'], passwords)
    expect(files.length).toBeGreaterThan(texts.length / 2)
    for (const [password, conf] of files) {
      if (password.includes('\0')) continue
      expect(await askRedis(conf, 'requirepass', password)).toBe(`requirepass\n${password}\n`)
    }
  }
}, 120_000)

/** Starts a server with this configuration but for its places, and asks it for one setting. */
async function askRedis(conf: string, setting: string, password: string): Promise<string> {
  const file = join(dir, 'redis.conf')
  const socket = join(dir, 'redis.sock')
  const own = conf.replace(/^(port|unixsocket|dir|supervised|appendonly|bind) .*$/gm, '')
  writeFileSync(file, `${own}\nport 0\nunixsocket ${socket}\ndir ${dir}\nsave ""\n`)
  const server = spawn('redis-server', [file], { stdio: 'ignore' })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  try {
    for (let tries = 0; tries < 200 && !existsSync(socket); tries++) await new Promise((next) => setTimeout(next, 25))
    const env = { ...process.env, REDISCLI_AUTH: password }
    return execFileSync('redis-cli', ['-s', socket, 'CONFIG', 'GET', setting], { encoding: 'utf8', env, stdio: 'pipe' })
  } finally {
    server.kill('SIGKILL')
    await ended
    rmSync(socket, { force: true })
  }
}

test(`a reader of YAML finds the folder of a mongodb as it was given (AYS_SEED=${seed})`, () => {
  const folders = texts.map((text) => `/srv/db${text}`)
  const files = filesOf('mongodb', ['folder'], folders, { package: 'mongodb-org-server' })
  expect(files.length).toBeGreaterThan(5)
  for (const [folder, conf] of files) expect(parse(conf).storage).toEqual({ dbPath: folder })
})

const site = { gzip: true, stagging: false }
const proxy = {
  src: '/',
  dst: ['http://10.0.0.1:80'],
  failTimeout: '10s',
  maxFails: 1,
  headerUpstream: [],
  headerDownstream: [],
  transparent: false,
}

test(`a caddy reads the values that were given (AYS_SEED=${seed})`, (ctx) => {
  if (!existsSync('/usr/bin/caddy')) return ctx.skip('needs caddy')
  const allowed = (template: string, field: readonly string[], given: readonly string[]): string[] => {
    const services = given.map((text, i) => ({
      key: `${template}__x${i}`,
      data: withText({ dst: ['http://10.0.0.1:80'] }, field, text),
    }))
    const passed = sorted([], services).accepted.map(({ key }) => given[Number(/\d+$/.exec(key)?.[0])] ?? '')
    expect(passed.length).toBeGreaterThan(2)
    return passed
  }
  const adapt = (text: string): string => {
    const file = join(dir, 'Caddyfile')
    writeFileSync(file, text)
    return execFileSync('caddy', ['adapt', '--adapter', 'caddyfile', '--config', file], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  }
  const headers = allowed(
    'caddy_proxy',
    ['headerUpstream', '[]'],
    texts.map((text) => `X-A a${text}b`),
  )
  expect(
    valuesAt(
      'X-A',
      JSON.parse(
        adapt(
          caddyfile(
            site,
            headers.map((one, i) => ({ ...proxy, src: `/${i}`, headerUpstream: [one] })),
          ),
        ),
      ),
    ),
  ).toEqual(headers.map((one) => one.slice(4)).sort())
  const downs = allowed(
    'caddy_proxy',
    ['headerDownstream', '[]'],
    texts.map((text) => `X-A a${text}b`),
  )
  expect(
    valuesAt(
      'X-A',
      JSON.parse(
        adapt(
          caddyfile(
            site,
            downs.map((one, i) => ({ ...proxy, src: `/${i}`, headerDownstream: [one] })),
          ),
        ),
      ),
    ),
  ).toEqual(downs.map((one) => one.slice(4)).sort())
})

/** The lists of strings under this key, wherever they stand, sorted. */
function valuesAt(key: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .flatMap(([name, inner]) => (name === key && Array.isArray(inner) ? inner.map(String) : valuesAt(key, inner)))
    .sort()
}

test(`ssh reads the key file that was given (AYS_SEED=${seed})`, () => {
  const base = { road: 'ssh' as const, host: 'a.example.org' }
  const node = 'node/x' as Address
  for (const text of texts.filter((one) => !/[\0\r\n]/.test(one))) {
    const [, ...argv] = sshArgv({ ...base, identityFile: `/srv/a${text}b` }, node, { runtimeDir: join(dir, 'run') })
    const said = execFileSync('ssh', ['-G', '-F', '/dev/null', ...argv], { encoding: 'utf8', stdio: 'pipe' })
    expect(said).toContain(`\nidentityfile /srv/a${text}b\n`.replaceAll('%', '%%'))
  }
})
