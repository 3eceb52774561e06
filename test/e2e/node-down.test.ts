/** Nodes that are down, or go down in the middle: they are reported, and all others converge. */
import { createServer, type Socket } from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lacksLab, lacksProgram, openWorld, textOf, until } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

test.each([
  ['refuses', false],
  ['takes the connection and never speaks', true],
])('a node that %s is unknown; the others converge, exit code 1, in bounded time', async (_, listens) => {
  const port = await portOf({ listens })
  const world = openWorld({
    blueprint: `node__down:
  host: 127.0.0.1
  port: ${port}
  connectTimeoutSeconds: 2
node.sim__up: {}
file__there:
  node: down
  path: /tmp/there
  content: there
file__here:
  node: up
  path: /tmp/here
  content: here
`,
  })
  const plan = await world.ays('plan', '--json')
  expect(servicesOf(plan.stdout)).toMatchObject({ 'file/there': 'unknown', 'file/here': 'create' })
  expect(plan.ms).toBeLessThan(8_000)

  const apply = await world.ays('apply', '--yes')
  expect(apply.code).toBe(1)
  expect(textOf(apply)).toMatch(/node\/down/)
  expect(textOf(apply)).toMatch(/NODE_UNREACHABLE/)
  expect(apply.ms).toBeLessThan(12_000)

  const again = await world.ays('plan', '--json')
  expect(servicesOf(again.stdout)).toMatchObject({ 'file/there': 'unknown' })
  expect(servicesOf(again.stdout)['file/here'] ?? 'none').toBe('none')
})

test('a node that dies in the middle of an apply is reported; the others converge, and the next apply mends it', async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const world = openWorld({
    blueprint: `node.lab__n1: {}
node.lab__n2: {}
command__long:
  node: n1
  run: '[ -e /var/tmp/first ] || { touch /var/tmp/first; sync; exec sleep 120; }'
file__after:
  node: n1
  path: /etc/after
  content: after
  $after: [command/long]
file__other:
  node: n2
  path: /etc/other
  content: other
`,
  })
  const apply = world.start('apply', '--yes')
  await until('the begin of the command', apply, async () => {
    const { code } = await world.ays('exec', 'n1', '--', 'test', '-e', '/var/tmp/first')
    return code === 0
  })
  const crashed = performance.now()
  await world.ok('lab', 'fault', 'n1', 'crash')
  const result = await apply.ended
  expect(performance.now() - crashed).toBeLessThan(20_000)
  expect(result.code).toBe(1)
  expect(textOf(result)).toMatch(/command\/long.*(NODE_LOST|lost)/)
  expect(await world.on('n2', 'cat /etc/other')).toBe('other')

  await world.ok('apply', '--yes')
  expect(await world.on('n1', 'cat /etc/after')).toBe('after')
  expect((await world.ays('plan')).code).toBe(0)
})

/** A port of this machine on which nobody listens, or one that takes connections and says nothing. */
async function portOf({ listens }: { readonly listens: boolean }): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket))
  const port = await new Promise<number>((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address && typeof address === 'object') resolve(address.port)
      else reject(new Error('no port'))
    })
  })
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  if (listens) onTestFinished(close)
  else await close()
  return port
}

/** Address → action of a plan, from the program's own output. */
function servicesOf(json: string): Record<string, string> {
  const { services } = JSON.parse(json) as { services: { address: string; action: string }[] }
  return Object.fromEntries(services.map(({ address, action }) => [address, action]))
}
