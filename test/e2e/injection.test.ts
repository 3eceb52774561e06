/** Hostile texts in every field that may hold them, applied on a real node: nothing ran, and what arrived is what was declared. */

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { blueprintOf, type Declared, sorted } from '../injection/blueprint.ts'
import { hostileTexts, seedOfRun } from '../injection/hostile.ts'
import { PUBLIC_KEY } from '../injection/ways.ts'
import { lacksLab, openWorld } from './world.ts'

/** A service, and how a sh script on the node reads back what its field became; `text` is what must come. */
interface Try extends Declared {
  readonly field: string
  readonly text: string
  readonly read: string
}

const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What a command was given as its arguments, each ended by a NUL. */
const NOTES = '/srv/notes'
const note = (to: string, text: string): string[] => [
  'sh',
  '-c',
  `mkdir -p ${NOTES}; printf %s "$1" >${NOTES}/${to}`,
  'sh',
  text,
]
const noteText = (to: string, text: string): string => `mkdir -p ${NOTES}; printf %s ${word(text)} >${NOTES}/${to}`

/** Makes a key that is another one each time. */
function keyWith(i: number, comment: string): string {
  const blob = Buffer.from(PUBLIC_KEY.split(' ')[1] ?? '', 'base64')
  blob.writeUInt32BE(i, blob.length - 4)
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`
}

type Field = readonly [
  field: string,
  template: string,
  of: (text: string, id: string, i: number) => { data: Record<string, unknown>; text?: string; read: string },
]

const at = (read: string, data: Record<string, unknown>, text?: string) => ({
  read,
  data,
  ...(text === undefined ? {} : { text }),
})
const running = (id: string): string => `/proc/$(systemctl show -p MainPID --value ays-${id})`

const FIELDS: readonly Field[] = [
  [
    'file.path',
    'file',
    (text, id) => at(`cat ${word(`/srv/paths/${id}${text}`)}`, { path: `/srv/paths/${id}${text}`, content: id }, id),
  ],
  ['file.content', 'file', (text, id) => at(`cat /srv/contents/${id}`, { path: `/srv/contents/${id}`, content: text })],
  [
    'unit.exec',
    'unit',
    (text, id) =>
      at(
        `systemctl cat ays-${id} | sed -n 's/^ExecStart=//p'`,
        { exec: `/bin/sh -c "exec sleep infinity" ${text}` },
        `/bin/sh -c "exec sleep infinity" ${text}\n`,
      ),
  ],
  [
    'unit.description',
    'unit',
    (text, id) =>
      at(
        `systemctl show -p Description --value ays-${id}`,
        { exec: '/bin/sleep infinity', description: `a ${text} b` },
        `a ${text} b`.replaceAll(/\s+/g, ' ') + '\n',
      ),
  ],
  [
    'unit.environment{}',
    'unit',
    (text, id) =>
      at(`tr '\\0' '\\001' <${running(id)}/environ | awk -v RS='\\001' -v ORS= '/^NAME=/ { print substr($0, 6) }'`, {
        exec: '/bin/sleep infinity',
        environment: { NAME: text },
      }),
  ],
  [
    'unit.workingDirectory',
    'unit',
    (text, id) =>
      at(
        `readlink ${running(id)}/cwd`,
        { exec: '/bin/sleep infinity', workingDirectory: `/srv/work/${id}${text}`, $after: [`file/w${id}`] },
        `/srv/work/${id}${text}\n`,
      ),
  ],
  ['command.run', 'command', (text, id) => at(`cat ${NOTES}/${id}`, { run: noteText(id, text) })],
  ['command.run[]', 'command', (text, id) => at(`cat ${NOTES}/${id}`, { run: note(id, text) })],
  ['command.check', 'command', (text, id) => at(`cat ${NOTES}/${id}`, { run: 'true', check: noteText(id, text) })],
  ['command.check[]', 'command', (text, id) => at(`cat ${NOTES}/${id}`, { run: 'true', check: note(id, text) })],
  ['command.undo', 'command', (text, id) => at(`cat ${NOTES}/${id}`, { run: 'true', undo: noteText(id, text) })],
  ['command.undo[]', 'command', (text, id) => at(`cat ${NOTES}/${id}`, { run: 'true', undo: note(id, text) })],
  [
    'user.shell',
    'user',
    (text, id) => at(`getent passwd ${id} | cut -d: -f7`, { shell: `/bin/${text}` }, `/bin/${text}\n`),
  ],
  [
    'user.home',
    'user',
    (text, id) =>
      at(`getent passwd ${id} | cut -d: -f6`, { home: `/srv/homes/${id}${text}` }, `/srv/homes/${id}${text}\n`),
  ],
  [
    'user.authorizedKeys[]',
    'user',
    (text, id, i) =>
      at(
        `cat "$(getent passwd ${id} | cut -d: -f6)/.ssh/authorized_keys"`,
        { home: `/srv/keys/$(touch x) ${id}`, authorizedKeys: [keyWith(i, `k${text}k`)] },
        `${keyWith(i, `k${text}k`)}\n`,
      ),
  ],
]

test('hostile texts arrive on a real node as they were declared, and nothing runs', {
  timeout: 400_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const seed = seedOfRun()
  const canary = `ays-canary-${randomBytes(6).toString('hex')}`
  const texts = hostileTexts(canary, { seed, more: 6 })
  const always: Declared[] = [{ key: 'node.lab__n1', data: { root: 'host' } }]
  const tries = FIELDS.flatMap(([field, template, of], f): Try[] => {
    // A process or an account each: fewer of them, and other ones with every seed.
    const few = /^(unit|user|command)/.test(field) ? texts.filter((_, i) => (i + seed) % 3 === f % 3) : texts
    // ExecStart is a language of its own: quotes that do not close and a lone `;` are refused by systemd itself.
    return few
      .filter((text) => field !== 'unit.exec' || !/["'\\;]/.test(text))
      .map((text, i) => {
        const id = `t${f}x${i}`
        const long = field === 'file.content' ? text : text.slice(0, 150)
        const { data, read, text: becomes = long } = of(long, id, f * 1_000 + i)
        return { key: `${template}__${id}`, data: { parent: 'n1', ...data }, field, text: becomes, read }
      })
  })
  const { accepted, refused } = sorted(
    always,
    tries.map((one) => ({ ...one, data: without(one.data) })),
  )
  const kept = tries.filter(({ key }) => accepted.some((one) => one.key === key))
  for (const [field] of FIELDS)
    expect(kept.filter((one) => one.field === field).length, `${field}: all are refused`).toBeGreaterThan(3)

  const folders = kept
    .filter(({ field }) => field === 'unit.workingDirectory')
    .map(
      ({ key, data }): Declared => ({
        key: `file__w${key.replace('unit__', '')}`,
        data: { parent: 'n1', path: `${data.workingDirectory}/here`, content: '' },
      }),
    )
  const world = openWorld({ blueprint: blueprintOf([...always, ...folders, ...kept]) })
  await world.ok('apply', '--yes')
  const plan = await world.ays('plan')
  expect(plan.stdout, `AYS_SEED=${seed}`).toContain('Nothing to do')

  const undone = kept.filter(({ field }) => field.startsWith('command.undo'))
  world.write(
    'blueprints/main.yaml',
    blueprintOf([...always, ...folders, ...kept.filter((one) => !undone.includes(one))]),
  )
  await world.ok('apply', '--yes')

  const scripts = kept.map(({ read }) => `printf =; { ${read}; } 2>&1 | base64 -w0; echo`)
  const came = (await readAll(world, scripts))
    .split('\n')
    .map((line) => Buffer.from(line.slice(1), 'base64').toString('utf8'))
  const differ = kept.flatMap(({ field, text }, i) =>
    came[i] === text ? [] : [{ field, text: text.slice(0, 300), came: came[i]?.slice(0, 300) }],
  )
  expect(differ, `AYS_SEED=${seed}; ${kept.length} texts arrived, ${refused.size} were refused`).toEqual([])

  const find = `find / /run /tmp /dev/shm /srv -xdev -name ${canary} 2>/dev/null || true`
  expect(await world.on('n1', find)).toBe('')
  expect(
    execFileSync('find', [world.folder, process.cwd(), '/tmp', '/root', '-xdev', '-maxdepth', '2', '-name', canary], {
      encoding: 'utf8',
    }),
  ).toBe('')
})

/** `$after` names services that are made once it is known which texts pass. */
const without = ({ $after: _, ...data }: Readonly<Record<string, unknown>>): Record<string, unknown> => data

/** As many at once as an argument of a program can hold. */
async function readAll(world: ReturnType<typeof openWorld>, scripts: readonly string[]): Promise<string> {
  const parts: string[] = []
  for (let i = 0; i < scripts.length; i += 25) parts.push(await world.on('n1', scripts.slice(i, i + 25).join('\n')))
  return parts.join('\n')
}
