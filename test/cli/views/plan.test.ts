import { expect, test } from 'vitest'
import { addressOf } from '../../../src/base/address.ts'
import { Secret, sealerOf } from '../../../src/base/secret.ts'
import { driftOf } from '../../../src/cli/views/drift.ts'
import { planJson, showJson } from '../../../src/cli/views/json.ts'
import { isOpen, planView } from '../../../src/cli/views/plan.ts'
import { n1, n2, planOf, servicePlan, taskPlan } from '../plan-literals.ts'

const secret = new Secret('secrets.cache', 'hush-hush', sealerOf(new Uint8Array(32)))
const plain = { color: false, width: 100 }
const main = (line: number) => ({ file: 'blueprints/main.yaml', line, column: 1 })

const everything = planOf(
  [
    servicePlan({
      name: 'cache',
      at: main(12),
      tasks: [
        taskPlan({
          thing: 'package:redis-server',
          changes: [{ path: 'installed', from: false, to: true, how: 'in place' }],
          commands: [{ title: 'install redis-server', run: { argv: ['apt-get', 'install', '-y', 'redis server'] } }],
        }),
        taskPlan({
          thing: 'file:/etc/ays/engines/cache.conf',
          changes: [
            { path: 'content', from: undefined, to: 'bind 127.0.0.1\nport 6379\n', how: 'in place' },
            { path: 'mode', from: undefined, to: 0o640, how: 'in place' },
            { path: 'password', from: undefined, to: { sealed: secret.sealed }, how: 'in place' },
          ],
          commands: [
            {
              title: 'write it',
              run: { write: '/etc/ays/engines/cache.conf', content: secret, mode: 0o640, owner: 'root', group: 'root' },
            },
            { title: 'set the password', run: { argv: ['redis-cli', '-x', 'ACL'], stdin: secret } },
          ],
        }),
        taskPlan({
          thing: 'unit:ays-engine-cache',
          rung: 'running',
          changes: [{ path: 'state', from: 'inactive', to: 'active', how: 'restart' }],
          effects: [{ kind: 'restart', what: 'ays-engine-cache' }],
          commands: [
            {
              title: 'start it',
              run: { script: 'set -eu\nsystemctl start "$1"\n', args: ["ays engine's"] },
              guard: { script: 'test ! -e /run/no', args: [] },
              as: 'ays',
            },
          ],
        }),
      ],
    }),
    servicePlan({
      name: 'web',
      action: 'update',
      why: 'drift',
      node: n2,
      at: main(31),
      tasks: [
        taskPlan({
          thing: 'file:/etc/motd',
          node: n2,
          action: 'update',
          why: 'drift',
          changes: [
            {
              path: 'content',
              from: 'a\nb\nc\nd\ne\nold\nf\ng\nh\ni\n',
              to: 'a\nb\nc\nd\ne\nnew\nf\ng\nh\ni\n',
              how: 'in place',
            },
            { path: 'owner', from: 'nobody', to: 'root', how: 'in place' },
            { path: 'key', from: { sealed: 'aa' }, to: { sealed: 'bb' }, how: 'in place' },
          ],
        }),
        taskPlan({ thing: 'file:/srv/unchanged', node: n2, action: 'none' }),
      ],
    }),
    servicePlan({ name: 'kept', action: 'adopt', why: 'adopt' }),
    servicePlan({ name: 'later', action: 'unknown', why: 'waits', waitsFor: n1 }),
    servicePlan({
      name: 'old',
      action: 'remove',
      why: 'orphan',
      tasks: [
        taskPlan({
          thing: 'directory:/srv/data',
          action: 'remove',
          why: 'orphan',
          changes: [{ path: '', from: 'there', to: undefined, how: 'in place' }],
          effects: [{ kind: 'data-loss', what: '/srv/data' }],
        }),
        taskPlan({ thing: 'file:/etc/old', action: 'remove', why: 'orphan', withNode: true }),
      ],
    }),
  ],
  {
    counts: { none: 3 },
    simulated: true,
    blocked: [
      {
        code: 'DATA_LOSS',
        message: 'storage_engine/old would lose /srv/data.',
        hint: '--allow data-loss=storage_engine/old lets it.',
      },
    ],
    unreachable: [
      { node: addressOf('node', 'n3'), problem: { code: 'NODE_UNREACHABLE', message: 'Connection refused.' } },
    ],
  },
)

test('a plan reads from what needs attention to the sum', async () => {
  await expect(`${planView(everything, plain)}\n`).toMatchFileSnapshot('../golden/plan.txt')
})

test('with --commands it shows exactly what would run', async () => {
  await expect(`${planView(everything, { ...plain, commands: true })}\n`).toMatchFileSnapshot(
    '../golden/plan-commands.txt',
  )
})

test('colour adds colours and nothing else', () => {
  const colored = planView(everything, { ...plain, color: true, commands: true })
  expect(colored).toContain('\u001b[31m')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(planView(everything, { ...plain, commands: true }))
})

test('no secret is in any view', () => {
  for (const shown of [planView(everything, { ...plain, commands: true }), showJson(planJson(everything))]) {
    expect(shown).not.toContain('hush-hush')
  }
})

test('JSON holds the plan, its format and problems with severities', () => {
  const json: unknown = JSON.parse(showJson(planJson(everything)))
  expect(json).toMatchObject({
    format: 1,
    simulated: true,
    counts: { create: 1, none: 3 },
    blocked: [{ code: 'DATA_LOSS', severity: 'error' }],
    services: [{ address: 'storage_engine/cache', at: { line: 12 } }, {}, {}, {}, {}],
  })
})

test('nothing to do is one line', () => {
  const plan = planOf([], { counts: { none: 12 } })
  expect(planView(plan, plain)).toBe('Nothing to do: 12 services are as declared.')
  expect(isOpen(plan)).toBe(false)
})

test('a node out of reach leaves the plan open, even when nothing changes', () => {
  expect(isOpen(planOf([], { unreachable: everything.unreachable }))).toBe(true)
})

test('long texts are folded, and say how much is left out', () => {
  const to = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n')
  const plan = planOf([
    servicePlan({
      name: 'a',
      tasks: [taskPlan({ thing: 'file:/a', changes: [{ path: 'content', from: undefined, to, how: 'in place' }] })],
    }),
  ])
  const view = planView(plan, { ...plain, linesMax: 10 })
  expect(view).toContain('… 91 more lines')
  expect(view.split('\n').length).toBeLessThan(20)
})

test('what a node answers cannot move the cursor', () => {
  const plan = planOf([
    servicePlan({
      name: 'a',
      tasks: [
        taskPlan({
          thing: 'file:/a\u001b[2J',
          changes: [
            { path: 'owner', from: '\u001b]0;gotcha\u0007', to: 'root', how: 'in place' },
            { path: 'content', from: 'x\n\u001b[1Ay\n', to: 'z\n', how: 'in place' },
          ],
          commands: [{ title: 'look\u001b[2J', run: { argv: ['printf', '\u001b[2J'] } }],
        }),
      ],
    }),
  ])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
  expect(planView(plan, { ...plain, commands: true })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
})

test('drift is what the nodes did, without what the blueprints ask for', () => {
  const drift = driftOf(everything)
  expect(drift.services.map((service) => service.address)).toEqual(['storage_engine/web'])
  expect(drift.counts).toMatchObject({ update: 1, create: 0, none: 7 })
  expect(drift.radius.nodes).toEqual([n2])
})
