/** The example hello-ssh against a machine with sshd, through the person's own ssh, agent and known_hosts. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lacksLab, openWorld, sleep, textOf } from './world.ts'

test('hello-ssh: an unknown host key is refused, a login by the agent applies it, and removal leaves the machine as found', async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const machine = openWorld({})
  const key = join(machine.folder, 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const line = execFileSync('cat', [`${key}.pub`], { encoding: 'utf8' }).trim()
  machine.write(
    'blueprints/main.yaml',
    `node.lab__m: {}\nuser__root:\n  node: m\n  home: /root\n  authorizedKeys: ["${line}"]\n`,
  )
  await machine.ok('apply', '--yes')
  const port = await forwarded(machine)
  const agent = agentWith(key)
  onTestFinished(() => {
    execFileSync('ssh-keygen', ['-R', `[127.0.0.1]:${port}`], { stdio: 'ignore' })
  })

  const person = openWorld({ example: 'hello-ssh', env: { SSH_AUTH_SOCK: agent } })
  const at = ['--var', 'host=127.0.0.1', '--var', `port=${port}`]
  const unknown = await person.ays('plan', ...at)
  expect([unknown.code, textOf(unknown)]).toEqual([expect.any(Number), expect.stringContaining('HOST_KEY_UNKNOWN')])

  await person.ok('apply', '--yes', '--accept-new-host-keys', ...at)
  expect(await machine.on('m', 'cat /etc/ays-hello; dpkg-query -W -f "\\${Status}" htop')).toBe(
    'Hello from ays.\ninstall ok installed',
  )
  expect((await person.ays('plan', ...at)).code).toBe(0)
  await person.ok('destroy', '--yes', ...at)
  expect(await machine.on('m', 'ls /etc/ays-hello /usr/bin/htop 2>&1 || true')).not.toMatch(/^\//m)
})

/** A port of this machine that leads to the machine's sshd until the test ends. */
async function forwarded(machine: ReturnType<typeof openWorld>): Promise<number> {
  const forward = machine.start('lab', 'forward', 'm', '22')
  let said = ''
  forward.process.stdout?.on('data', (text: string) => (said += text))
  onTestFinished(() => void forward.process.kill('SIGINT'))
  for (let tries = 0; tries < 200; tries++) {
    const found = /127\.0\.0\.1:(\d+)/.exec(said)
    if (found?.[1]) return Number(found[1])
    await sleep(50)
  }
  throw new Error(`ays lab forward said no port: ${said}`)
}

/** An ssh-agent of the test's own that holds one key. Gives its socket. */
function agentWith(key: string): string {
  const said = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' })
  const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(said)?.[1] ?? ''
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1])
  onTestFinished(() => void process.kill(pid))
  execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
  return socket
}
