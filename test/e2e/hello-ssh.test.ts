/** The example hello-ssh against a machine with sshd, through the person's own ssh, agent and known_hosts. */
import { expect, test } from 'vitest'
import { openMachine } from './machine.ts'
import { lacksLab, openWorld, textOf } from './world.ts'

test('hello-ssh: an unknown host key is refused, a login by the agent applies it, and removal leaves the machine as found', async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const { port, agent, on } = await openMachine()

  const person = openWorld({ example: 'hello-ssh', env: { SSH_AUTH_SOCK: agent } })
  const at = ['--var', 'host=127.0.0.1', '--var', `port=${port}`]
  const unknown = await person.ays('plan', ...at)
  expect([unknown.code, textOf(unknown)]).toEqual([expect.any(Number), expect.stringContaining('HOST_KEY_UNKNOWN')])

  await person.ok('apply', '--yes', '--accept-new-host-keys', ...at)
  expect(await on('cat /etc/ays-hello; dpkg-query -W -f "\\${Status}" htop')).toBe(
    'Hello from ays.\ninstall ok installed',
  )
  expect((await person.ays('plan', ...at)).code).toBe(0)
  await person.ok('destroy', '--yes', ...at)
  expect(await on('ls /etc/ays-hello /usr/bin/htop 2>&1 || true')).not.toMatch(/^\//m)
})
