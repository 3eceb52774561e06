import { expect, test } from 'vitest'
import { addressOf, LOCAL } from '../../src/base/address.ts'
import { ProblemsError } from '../../src/base/problem.ts'
import { Secret, sealerOf, sha256 } from '../../src/base/secret.ts'
import type { Context, WorkspaceIdentity } from '../../src/engine/template.ts'
import { nodeLab } from '../../src/templates/node-lab.ts'

type Given = Parameters<NonNullable<typeof nodeLab.tasks>>[0]

const workspace: WorkspaceIdentity = {
  id: '2d9c1e4c-6ad5-4e0e-9c58-111111111111',
  tag: '00c0ffee',
  host: { linux: true, root: true },
  program: { node: '/usr/bin/node', proxy: '/opt/ays/dist/lab-proxy.js' },
}

function contextOf(data: Partial<Given['data']> = {}, more: Partial<WorkspaceIdentity> = {}): Given {
  const own = {
    address: addressOf('node', 'local'),
    template: 'node.local',
    name: 'local',
    slug: 'local',
    data: {},
    allocated: {},
    outputs: {},
  }
  const context: Context<Given['data'], undefined, Given['peers']> = {
    address: addressOf('node', 'n1'),
    name: 'n1',
    slug: 'n1',
    data: { driver: 'auto', root: 'debian', suite: 'host', disks: [], ...data },
    parent: undefined,
    peers: {},
    node: { ...own, address: LOCAL },
    facts: undefined,
    allocated: { address: '10.77.1.1' },
    workspace: { ...workspace, ...more },
    derived: (purpose) => new Secret(purpose, sha256(purpose), sealerOf(new Uint8Array(32))),
  }
  return context
}
const things = (context: Given): readonly string[] =>
  (nodeLab.tasks?.(context) ?? []).map((one) => one.thing.replace(/-[0-9a-f]{16}$/, ''))

test('a node needs its network, a root and itself; a root that is there is not built', () => {
  expect(things(contextOf())).toEqual(['lab.network:00c0ffee', 'lab.root:00c0ffee/host', 'lab.node:00c0ffee/n1'])
  expect(things(contextOf({ root: 'host' }))).toEqual(['lab.network:00c0ffee', 'lab.node:00c0ffee/n1'])
})

test('nodes of one lab want the same network and the same root', () => {
  const wants = (slug: string) => (nodeLab.tasks?.({ ...contextOf(), slug }) ?? []).slice(0, 2).map((one) => one.wanted)
  expect(wants('n1')).toEqual(wants('n2'))
})

test('sizes are read, in binary units', () => {
  const wanted = nodeLab.tasks?.(contextOf({ memory: '512M', disks: ['10G', '1T'], cpus: 0.5 })).at(-1)?.wanted
  expect(wanted).toMatchObject({ memoryBytes: 2 ** 29, disksBytes: [10 * 2 ** 30, 2 ** 40], cpus: 0.5 })
})

test('the connection goes through the lab, with keys of the workspace only', () => {
  const connection = nodeLab.connection?.(contextOf())
  expect(connection).toMatchObject({ road: 'ssh', host: '10.77.1.1', user: 'root' })
  expect(JSON.stringify(connection)).toContain('--net=/run/netns/ays-00c0ffee-ctl')
  expect(JSON.stringify([connection, nodeLab.tasks?.(contextOf())])).not.toContain('PRIVATE KEY')
})

test.each([
  [{ linux: true, root: false }, 'you are not root'],
  [{ linux: false, root: false }, 'this machine is not Linux'],
])('where no lab can be (%o), the plan is refused with both ways out', (host, reason) => {
  let problems: ProblemsError['problems'] = []
  try {
    nodeLab.tasks?.(contextOf({}, { host }))
  } catch (error) {
    if (error instanceof ProblemsError) problems = error.problems
  }
  expect(problems.map((problem) => problem.code)).toEqual(['LAB_UNAVAILABLE'])
  expect(problems[0]?.message).toContain(reason)
  expect(problems[0]?.hint).toMatch(/root.*driver: sim/)
})

test('a simulated one has no tasks, needs nothing, and has the disks that it would have', () => {
  const context = contextOf({ driver: 'sim', disks: ['10G'] }, { host: { linux: false, root: false } })
  expect(things(context)).toEqual([])
  expect(nodeLab.connection?.(context)).toMatchObject({
    road: 'sim',
    facts: { disks: [{ path: '/dev/vdb', sizeBytes: 10 * 2 ** 30 }] },
  })
})
