/** A whole run on a lab node over ssh with a thousand secrets: no output, file, log or process on either side holds one. */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { keyFromSeed } from '../../src/base/ssh-key.ts'
import { keyOf } from '../../src/store/key.ts'
import { filesBelow, watchProcesses } from '../secrets/evidence.ts'
import { mayKnow, report, saidBy, tell } from '../secrets/report.ts'
import { type Evidence, searchFor } from '../secrets/search.ts'
import { plantedSeed, plantedValues } from '../secrets/values.ts'
import { filesOf, usesOf, VAULT, writeSecrets } from '../secrets/workspace.ts'
import { lacksLab, openWorld, type Result, until } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

/** Where secrets belong on the node: what the blueprint and templates say, and what was there before it was replaced. */
const BELONGS =
  /\/(etc\/planted|etc\/ays\/engines|etc\/ays\/units|var\/lib\/ays\/before|etc\/ssh\/ssh_host_[^/]*)(\/|$)/

test('nothing but the files that are to hold them holds one of 1,000 secrets, also when commands print them', {
  timeout: 400_000,
}, async () => {
  const seed = plantedSeed()
  console.log(`AYS_SEED=${seed}`)
  const values = plantedValues(seed, 1_000)
  const names = values.map((_value, i) => `s${i}`)
  const env: Record<string, string> = {}
  const world = openWorld({ env, local: true })
  const hook = await webhook()
  const settings = `watch: { every: 1s, hooks: [{ url: "${hook.url}", secret: s1 }] }\n`
  const planted = await writeSecrets(world.folder, values, settings)
  Object.assign(env, planted.env)
  world.write('templates/vault/template.yaml', VAULT)
  const services = [
    'node.lab__n1:\n',
    // One unit is enough on a real node.
    ...usesOf(names.slice(0, 22), 'n1'),
    ...filesOf(names.slice(22), 'n1'),
    'storage_engine__given: { node: n1, password: "${secrets.s3}", maxMemory: 16mb }\n',
    'storage_engine__made: { node: n1, maxMemory: 16mb }\n',
    'dnsclient__d: { addr: 127.0.0.1, key.name: k, key.secret: "${secrets.s10}" }\n',
  ]
  const said: Evidence[] = []
  const ays = async (...args: string[]): Promise<Result> => {
    const result = await world.ays(...args)
    said.push(...saidBy(args, result))
    return result
  }
  const runtime = join(process.env.XDG_RUNTIME_DIR ?? '/tmp', `ays-${process.getuid?.() ?? 0}`)
  // Private keys, while connections are open; other runs on this machine have theirs there too.
  const inRuntime = (): Evidence[] =>
    filesBelow(runtime, [], 'the runtime folder').filter(({ from }) => !/\/id-[0-9a-f]+-\d+/.test(from))
  const processes = watchProcesses(
    // The unit of the blueprint, which was given them.
    (command) => mayKnow(command) || command.startsWith('/bin/sleep infinity'),
    inRuntime,
  )

  world.write('blueprints/main.yaml', services.join(''))
  await ays('plan', '--out', 'plan.json', '--commands')
  const applied = await ays('apply', 'plan.json', '--yes')
  expect([applied.code, applied.stderr.slice(-2_000)]).toEqual([0, ''])
  expect(await world.on('n1', 'cat /etc/planted/s1')).toContain('password = ')
  const environment = await world.on(
    'n1',
    'tr "\\0" "\\n" <"/proc/$(pgrep -fx "/bin/sleep infinity" | head -1)/environ"',
  )
  expect(environment).toContain(`TOKEN=${values[10]}`)

  const key = keyOf(readFileSync(join(world.folder, '.ays/default/key')))
  const seedOfKey = key.derived('node/n1', 'lab-client-key')
  const made = [seedOfKey, ...privateLines(seedOfKey), key.derived('storage_engine/made', 'password')]

  // Commands that print what others wrote: as it is, in pieces, in base64, in hex; and one that fails with it.
  world.write(
    'blueprints/main.yaml',
    [
      ...services.map((text) =>
        text.replace('mode: "0600"\n  content: "${secrets.s0}"', 'content: "no longer secret"'),
      ),
      `command__prints:
  node: n1
  run: |
    cd /etc/planted; cat many-s22 many-s32; base64 many-s42; od -An -tx1 many-s52; head -c 25 many-s62; sleep 0.2; tail -c +26 many-s62
command__fails:
  node: n1
  run: |
    cd /etc/planted; cat many-s72; base64 many-s82 >&2; fold -w 5 s20; tail -n 1 many-s92 >&2; exit 3
  $retries: 0
`,
    ].join(''),
  )
  await ays('plan', '--json', '--commands')
  const failed = await ays('apply', '--yes')
  expect(failed.stdout + failed.stderr).toMatch(/command\/fails[\s\S]*ended with code 3/)
  expect(failed.stdout + failed.stderr).toContain('‹secret›')
  for (const args of [
    ['runs', 'show', '2', '--json'],
    ['runs', 'show', '2'],
    ['status', '--json'],
    ['drift', '--json'],
  ])
    await ays(...args)

  await world.on('n1', 'echo by hand >>/etc/planted/s1')
  const watch = world.start('watch', '--json')
  await until('the webhook', watch, () => hook.got.some(({ bytes }) => Buffer.from(bytes).includes('"repaired"')))
  watch.process.kill('SIGTERM')
  said.push(...saidBy(['watch', '--json'], await watch.ended))
  said.push({ from: 'the journal', bytes: Buffer.from(await world.on('n1', 'journalctl -a --no-pager')) })
  said.push({ from: 'the claims', bytes: Buffer.from((await world.ays('facts', 'n1', '--json')).stdout) })
  const lab = `/var/lib/ays/lab/${key.tag}`
  const onNode = filesBelow(lab, ['roots']).filter(({ from }) => !BELONGS.test(from))
  expect(onNode.map(({ from }) => from)).toContainEqual(expect.stringMatching(/\/jobs\/.*\/end$/))

  const after = await ays('destroy', '--yes', '--allow', 'data-loss', '--json')
  expect(after.code).toBe(0)
  const hits = searchFor([...values, ...made])
  const evidence = [
    ...said,
    ...hook.got,
    ...processes.stop(),
    ...onNode,
    ...inRuntime(),
    ...filesBelow(world.folder, [...planted.kept, 'secrets.age', '.ays/default/key'], 'the workspace'),
  ]
  expect(report(evidence.flatMap((one) => hits.in(one)))).toEqual([])
  tell(evidence)
})

/** Of the private key that is made of a seed, the parts that neither its public key nor another key shows. */
function privateLines(seed: string): string[] {
  const { privatePem, publicLine } = keyFromSeed(seed)
  const known = Buffer.from(`${publicLine}\n${keyFromSeed('00'.repeat(32)).privatePem}`)
  const lines = privatePem.split('\n').filter((line) => !line.startsWith('-----'))
  const own = lines
    .flatMap((line) => line.match(/.{20}/g) ?? [])
    .filter((part) => searchFor([part]).in({ from: '', bytes: known }).length === 0)
  expect(own).not.toEqual([])
  return own
}

/** A webhook on loopback; what it was sent, with the headers. */
async function webhook(): Promise<{ readonly url: string; readonly got: Evidence[] }> {
  const got: Evidence[] = []
  const server = createServer((request, response) => {
    let body = JSON.stringify(request.headers)
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      got.push({ from: 'a webhook', bytes: Buffer.from(body) })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/`, got }
}
