/** A domain on a real DNS server, through the whole of ays: applied, drifted, repaired, changed and taken back. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { lackingDnsTools, startServer, type TestServer } from '../sal/dns/named.ts'

const lacking = lackingDnsTools()
const needs = lacking ?? (process.getuid?.() === 0 ? undefined : 'root')
const root = mkdtempSync(join(tmpdir(), 'ays-dns-'))
let server: TestServer | undefined
beforeAll(async () => {
  if (!needs) server = await startServer()
})
afterAll(async () => {
  await server?.close()
  rmSync(root, { recursive: true, force: true })
})

async function within<Result>(blueprint: string, use: (workspace: Workspace) => Promise<Result>): Promise<Result> {
  mkdirSync(join(root, 'blueprints'), { recursive: true })
  writeFileSync(join(root, 'blueprints/main.yaml'), blueprint)
  const workspace = await openWorkspace({ folder: root })
  try {
    return await use(workspace)
  } finally {
    await workspace.close()
  }
}

const domain = (address: string): string => `dnsclient__ns:
  addr: 127.0.0.1
  port: ${server?.port}
  keyName: test-key
  keySecret: c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM=
dns_domain__example:
  domain: example.test
  dnsclient: ns
  aRecords: ['www:${address}', 'old:192.0.2.66']
  cnameRecords: ['shop:www']
`

/** Those of all workspaces of this machine. */
const keys = (): string[] =>
  existsSync('/etc/ays/dns') ? readdirSync('/etc/ays/dns').filter((name) => name.endsWith('-ns.key')) : []

/** Applies, and gives what was done: `update dns_domain/example`. */
const apply = (blueprint: string): Promise<readonly string[]> =>
  within(blueprint, async (workspace) => {
    const plan = await workspace.plan()
    const { state, problems } = await workspace.apply(plan)
    expect(problems).toEqual([])
    expect(['ok', 'nothing']).toContain(state)
    return plan.services.map((service) => `${service.action} ${service.address}`)
  })

test('records are set, kept, changed and taken back; the key is root’s alone and nowhere in the state', async (ctx) => {
  if (!server) return ctx.skip(`needs ${needs}`)
  const { ask, port } = server
  const others = keys()
  expect(await apply(domain('192.0.2.10'))).toEqual(['create dnsclient/ns', 'create dns_domain/example'])
  expect([ask('www.example.test', 'A'), ask('old.example.test', 'A')]).toEqual(['192.0.2.10\n', '192.0.2.66\n'])
  expect(ask('shop.example.test', 'CNAME')).toBe('www.example.test.\n')
  const [key] = keys().filter((name) => !others.includes(name))
  const keyFile = join('/etc/ays/dns', key ?? '')
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  const state = readdirSync(join(root, '.ays/default')).filter((name) => name.startsWith('state'))
  for (const name of state) expect(readFileSync(join(root, '.ays/default', name)).includes('c2VjcmV0LW9m')).toBe(false)

  expect(await apply(domain('192.0.2.10'))).toEqual([])

  execFileSync('nsupdate', ['-k', keyFile], {
    input: `server 127.0.0.1 ${port}\nzone example.test\nupdate delete www.example.test A\nsend\n`,
  })
  expect(await apply(domain('192.0.2.10'))).toEqual(['update dns_domain/example'])
  expect(ask('www.example.test', 'A')).toBe('192.0.2.10\n')

  expect(await apply(domain('192.0.2.11'))).toEqual(['update dns_domain/example'])
  expect(ask('www.example.test', 'A')).toBe('192.0.2.11\n')

  await within(domain('192.0.2.11'), async (workspace) => {
    expect((await workspace.apply(await workspace.planDestroy())).problems).toEqual([])
  })
  expect([ask('www.example.test', 'A'), ask('shop.example.test', 'CNAME')]).toEqual(['', ''])
  expect(ask('old.example.test', 'A')).toBe('192.0.2.1\n')
  expect(existsSync(keyFile)).toBe(false)
}, 60_000)

test('examples/dns does what its page says, and gives the zone back as it was', async (ctx) => {
  if (!server) return ctx.skip(`needs ${needs}`)
  const { ask, port } = server
  const folder = mkdtempSync(join(tmpdir(), 'ays-dns-example-'))
  cpSync(new URL('../../examples/dns', import.meta.url), folder, { recursive: true })
  vi.stubEnv('DNS_KEY', 'c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM=')
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })
  const vars = { server: '127.0.0.1', port: String(port), key: 'test-key', domain: 'example.test', web: '192.0.2.20' }
  const workspace = await openWorkspace({ folder, vars })
  try {
    expect((await workspace.apply(await workspace.plan())).problems).toEqual([])
    expect([ask('example.test', 'A'), ask('mail.example.test', 'A'), ask('shop.example.test', 'CNAME')]).toEqual([
      '192.0.2.20\n',
      '192.0.2.20\n',
      'www.example.test.\n',
    ])
    expect(ask('example.test', 'MX')).toBe('10 mail.example.test.\n')
    expect((await workspace.apply(await workspace.planDestroy())).problems).toEqual([])
    expect([ask('example.test', 'A'), ask('example.test', 'MX'), ask('old.example.test', 'A')]).toEqual([
      '',
      '',
      '192.0.2.1\n',
    ])
  } finally {
    await workspace.close()
  }
}, 60_000)
