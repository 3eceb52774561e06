import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { tasksOf, thingKey } from '../../../src/engine/graph/tasks.ts'
import { sharesOf } from '../../../src/engine/plan/shares.ts'
import { choose } from '../graph/world.ts'

const SHARED = { node: 'node/n' as Address, thing: 'file:/etc/shared' }

/** What each owner of a file with lines of several services has to do about it: `web/a leads x`, `web/b x behind web/a`. */
function told(
  services: string,
  of: { readonly without?: readonly string[]; readonly known?: readonly string[]; readonly replace?: string } = {},
): string[] {
  const chosen = choose(`node.ssh__n: { host: a }\n${services}`)
  const { tasks, things } = tasksOf(chosen)
  const shares = sharesOf({
    graph: chosen.graph,
    tasks,
    things,
    past: {
      services: new Map(
        (of.known ?? []).map((one) => [
          one as Address,
          { address: one as Address, template: 'web', consumes: [], after: [] },
        ]),
      ),
      tasks: [],
    },
    replace: new Set(of.replace ? [of.replace as Address] : []),
    includes: (address) => !of.without?.includes(address),
  })
  const owners = things.get(thingKey(SHARED.node, SHARED.thing))?.owners ?? []
  return owners.flatMap((owner) => {
    const share = shares(owner, SHARED)
    if (!share) return []
    const behind = share.behind.length > 0 ? ` behind ${share.behind.join(' ')}` : ''
    return [`${owner}${share.leads ? ' leads' : ''} ${String(share.wanted)}${behind}`]
  })
}

const web = (name: string, shared: string, after = ''): string =>
  `web__${name}: { node: n, shared: ${shared}${after ? `, $after: [${after}]` : ''} }\n`
const ENGINES = 'engine__e: { node: n }\nengine__f: { node: n }\n'

test.each([
  [
    'those that wait for the same go with the first',
    web('a', 'x') + web('b', 'y'),
    ['web/a leads x,y', 'web/b y behind web/a'],
  ],
  [
    'one that waits for more has its own, when that is done',
    ENGINES + web('a', 'x', 'engine/e') + web('b', 'y'),
    ['web/b leads y', 'web/a leads x behind web/b'],
  ],
  [
    'two that wait for the same source go together',
    ENGINES + web('a', 'x', 'engine/e') + web('b', 'y') + web('c', 'z', 'engine/e'),
    ['web/b leads y', 'web/a leads x,z behind web/b', 'web/c z behind web/a'],
  ],
  [
    'two that wait for different things do not wait for each other',
    ENGINES + web('a', 'x', 'engine/e') + web('b', 'y', 'engine/f'),
    ['web/a leads x', 'web/b leads y'],
  ],
  [
    'what is waited for through others counts',
    `${ENGINES}helper__h: { $after: [engine/e] }\n${web('a', 'x', 'helper/h')}${web('b', 'y', 'engine/e')}${web('c', 'z', 'engine/f')}`,
    ['web/b leads x,y', 'web/c leads z', 'web/a x behind web/b'],
  ],
  [
    'who waits for less than the first joins it',
    ENGINES + web('a', 'x', 'engine/e, engine/f') + web('b', 'y', 'engine/e'),
    ['web/a leads x,y', 'web/b y behind web/a'],
  ],
  [
    'one that waits for another owner has its own after it',
    web('a', 'x') + web('b', 'y', 'web/a'),
    ['web/a leads x', 'web/b leads y behind web/a'],
  ],
  ['what all want alike is not shared out', web('a', 'x') + web('b', 'x'), []],
] as const)('%s', (_name, services, expected) => {
  expect(told(services)).toEqual(expected)
})

test('without its leader a service has its own', () => {
  const services = web('a', 'x') + web('b', 'y') + web('c', 'z')
  expect(told(services, { without: ['web/a'] })).toEqual(['web/a leads x,y,z', 'web/b leads y', 'web/c leads z'])
})

test('what is made anew brings back what others had there, not what was never applied', () => {
  const services = ENGINES + web('a', 'x') + web('b', 'y', 'engine/e') + web('c', 'z', 'engine/f')
  expect(told(services, { replace: 'web/a', known: ['web/a', 'web/b'] })[0]).toBe('web/a leads x,y')
})
