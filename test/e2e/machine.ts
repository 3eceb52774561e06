/** A machine with sshd for end-to-end tests: a lab node that is reached through a port of this machine, by the person's own ssh. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openWorld, sleep, type World } from './world.ts'

export interface Machine {
  /** The workspace that has the lab node, which is called m. */
  readonly world: World
  readonly port: number
  /** Private key whose login is accepted. */
  readonly key: string
  /** Socket of an ssh-agent that holds the key. */
  readonly agent: string
  /** Runs a sh script there; gives its output. */
  on(script: string): Promise<string>
}

/** Goes with its test. `more` is added to the machine's blueprint. */
export async function openMachine(more = ''): Promise<Machine> {
  const world = openWorld({})
  const key = join(world.folder, 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const line = execFileSync('cat', [`${key}.pub`], { encoding: 'utf8' }).trim()
  world.write(
    'blueprints/main.yaml',
    `node.lab__m: {}\nuser__root:\n  node: m\n  home: /root\n  authorizedKeys: ["${line}"]\n${more}`,
  )
  await world.ok('apply', '--yes')
  const port = await forwarded(world)
  const agent = agentWith(key)
  onTestFinished(() => {
    execFileSync('ssh-keygen', ['-R', `[127.0.0.1]:${port}`], { stdio: 'ignore' })
  })
  return { world, port, key, agent, on: (script) => world.on('m', script) }
}

/** A port of this machine that leads to the machine's sshd until the test ends. */
async function forwarded(world: World): Promise<number> {
  const forward = world.start('lab', 'forward', 'm', '22')
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
