/** The watch on real lab nodes: what is killed or changed by hand is put right in time, or told once. */
import { beforeEach, expect, test } from 'vitest'
import { lacksLab, openWorld, type Started, sleep, until } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
})

const PERIOD_MS = 5_000

test('two nodes: what is killed is back within its period plus 2 s; a changed file is repaired, or told once', {
  timeout: 240_000,
}, async () => {
  const world = openWorld({
    blueprint: `node.lab__n1:
node.lab__n2:
storage_engine__cache: { node: n1, maxMemory: 32mb }
unit__idle: { node: n2, exec: /bin/sleep infinity, restart: "no" }
file__kept: { node: n1, path: /etc/kept, content: kept }
file__loose: { node: n2, path: /etc/loose, content: loose, $heal: false }
`,
  })
  world.write('ays.yaml', 'watch: { every: 5s }\n')
  await world.ok('apply', '--yes')
  const watch = world.start('watch', '--json')
  const told = eventsOf(watch)
  await until('the start', watch, () => told().some((event) => event.type === 'started'))

  const down = async (node: string, unit: string, verb: string, service: string): Promise<number> => {
    await world.on(node, `systemctl ${verb} ${unit}`)
    const at = Date.now()
    const isBack = () => told().find((event) => event.type === 'repaired' && event.service === service)
    await until(`${service} back`, watch, () => isBack() !== undefined)
    expect((await world.on(node, `systemctl is-active ${unit}`)).trim()).toBe('active')
    return Date.parse(isBack()?.at ?? '') - at
  }
  const kill = 'kill --signal=KILL --kill-who=all'
  expect(await down('n2', 'ays-idle', kill, 'unit/idle')).toBeLessThan(PERIOD_MS + 2_000)
  expect(await down('n1', 'ays-engine-cache', 'stop', 'storage_engine/cache')).toBeLessThan(PERIOD_MS + 2_000)

  await world.on('n1', 'echo by hand >/etc/kept')
  await world.on('n2', 'echo by hand >/etc/loose')
  await until('the repair', watch, () =>
    told().some((event) => event.type === 'repaired' && event.service === 'file/kept'),
  )
  await sleep(3 * PERIOD_MS)
  expect(await world.on('n1', 'cat /etc/kept')).toBe('kept')
  expect((await world.on('n2', 'cat /etc/loose')).trim()).toBe('by hand')
  const ofLoose = told().filter((event) => event.service === 'file/loose')
  expect(ofLoose).toMatchObject([{ type: 'drifted', answer: 'reports' }])

  // Killed, it begins where it ended; `ays apply` works beside it.
  watch.process.kill('SIGKILL')
  await watch.ended
  const second = world.start('watch', '--json')
  const toldAgain = eventsOf(second)
  await until('the second start', second, () => toldAgain().some((event) => event.type === 'started'))
  await sleep(PERIOD_MS)
  expect(toldAgain().map((event) => event.type)).toEqual(['started'])
  await world.ok('apply', '--yes')
  await until('the end of the drift', second, () => toldAgain().some((event) => event.type === 'ok'))
  expect(await world.on('n2', 'cat /etc/loose')).toBe('loose')
  second.process.kill('SIGTERM')
  expect((await second.ended).code).toBe(0)
})

interface Told {
  readonly type: string
  readonly at: string
  readonly service?: string
}

/** Reads what the watch prints, line by line. */
function eventsOf({ process }: Started): () => readonly Told[] {
  let text = ''
  process.stdout?.on('data', (part: string) => (text += part))
  return () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Told) // the program's own output
}
