// A real DNS server (bind9) on a high port of this machine's loopback, with one zone that takes signed updates.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestServer {
  readonly port: number
  readonly keyFile: string
  /** What dig says of a name, one value a line. */
  ask(name: string, type: string): string
  close(): Promise<void>
}

/** What lacks on this machine; undefined: nothing. */
export function lackingDnsTools(): string | undefined {
  if (!existsSync('/usr/sbin/named')) return 'bind9'
  return existsSync('/usr/bin/nsupdate') && existsSync('/usr/bin/dig') ? undefined : 'bind9-dnsutils'
}

export async function startServer(): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'ays-named-'))
  const port = await freePort()
  const key = 'key "test-key" { algorithm hmac-sha256; secret "c2VjcmV0LW9mLWEtdGVzdC1vZi1heXM="; };\n'
  writeFileSync(join(dir, 'key'), key, { mode: 0o600 })
  writeFileSync(
    join(dir, 'zone'),
    '$TTL 300\n@ SOA ns.example.test. root.example.test. 1 600 60 6000 60\n@ NS ns\nns A 127.0.0.1\nold A 192.0.2.1\n',
  )
  writeFileSync(
    join(dir, 'named.conf'),
    `${key}options {
  directory "${dir}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  pid-file none; session-keyfile none; recursion no; notify no; empty-zones-enable no; dnssec-validation no;
};
controls {};
zone "example.test" { type primary; file "${dir}/zone"; allow-update { key "test-key"; }; };
`,
  )
  const server = spawn('/usr/sbin/named', ['-g', '-n', '1', '-c', join(dir, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (/\brunning\b/.test(said)) resolve()
    })
    server.once('exit', () => reject(new Error(`named ended:\n${said}`)))
    server.once('error', reject)
  })
  return {
    port,
    keyFile: join(dir, 'key'),
    ask: (name, type) =>
      execFileSync('dig', ['+short', '+norecurse', '-p', String(port), '@127.0.0.1', name, type], { encoding: 'utf8' }),
    async close() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.removeAllListeners('exit')
      server.once('exit', () => {})
      const done = new Promise((resolve) => server.once('close', resolve))
      server.kill('SIGTERM')
      await Promise.race([ended, done])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}
