/** What is known only after apply, on real lab nodes: made and filled in by one apply, and at rest afterwards. */
import { beforeEach, expect, test } from 'vitest'
import { lacksLab, openWorld } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

const blueprint = `node.lab__n1: { root: host }
node.lab__n2: { root: host }
user__anna: { node: n1 }
file__about:
  node: n2
  path: /etc/about-n1
  content: "\${services['node/n1'].hostname} \${services['node/n1'].machineId} \${services['node/n1'].addresses[0]}\\n"
command__welcome:
  node: n2
  run: ["sh", "-c", "echo \${string(services['user/anna'].uid)} >/etc/uid-of-anna"]
`

test('a file and a command on one node hold what another node and a user on it turned out to be', {
  timeout: 240_000,
}, async () => {
  const world = openWorld({ blueprint })
  const plan = await world.ays('plan', '--commands')
  expect(plan.code).toBe(2)
  expect(plan.stdout).toContain('known after apply (node/n1: hostname)')
  expect(plan.stdout).toContain('known after apply (user/anna: uid)')
  await world.ok('apply', '--yes')

  const hostname = await world.on('n1', 'hostname')
  const machineId = await world.on('n1', 'cat /etc/machine-id')
  const [address] = (await world.on('n1', 'hostname -I')).split(' ')
  expect(await world.on('n2', 'cat /etc/about-n1')).toBe(`${hostname} ${machineId} ${address}`)
  expect(await world.on('n2', 'cat /etc/uid-of-anna')).toBe(await world.on('n1', 'id -u anna'))

  const rest = await world.ays('plan')
  expect(rest.stdout).toContain('Nothing to do')
  expect(rest.code).toBe(0)
})
