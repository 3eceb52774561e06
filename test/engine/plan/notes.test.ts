import { describe, expect, test } from 'vitest'
import { type Address, addressOf } from '../../../src/base/address.ts'
import type { Graph, Service } from '../../../src/engine/graph/graph.ts'
import type { AnyKind } from '../../../src/engine/kind.ts'
import { causesOf } from '../../../src/engine/plan/causes.ts'
import { estimate } from '../../../src/engine/plan/estimate.ts'
import type { ServicePlan } from '../../../src/engine/plan/plan.ts'
import { reachOf } from '../../../src/engine/plan/reach.ts'
import { sinceOf } from '../../../src/engine/plan/since.ts'
import { undoOf } from '../../../src/engine/plan/undo.ts'
import { servicePlan, taskPlan } from '../../cli/plan-literals.ts'
import { type NoteFound, noteKind } from '../toy-kind.ts'

const a = (name: string): Address => addressOf('storage_engine', name)
const line = (n: number) => ({ file: 'b.yaml', line: n, column: 1 })

/** `web: ['disk']`: services with what they consume. */
function graphOf(links: Record<string, readonly string[]>, more: Record<string, Partial<Service>> = {}): Graph {
  const services = Object.entries(links).map(([name, consumes], i) => {
    const service = {
      address: a(name),
      template: { name: 'storage_engine' },
      name,
      data: {},
      parent: undefined,
      consumes: { disks: consumes.map(a) },
      after: [],
      node: undefined,
      at: line(i + 1),
      places: { '': line(i + 1), size: line(100 + i) },
      resolved: {},
      ...more[name],
    } as unknown as Service // only what links and places are read of
    return [service.address, service] as const
  })
  return { services: new Map(services), order: services.map(([address]) => address) }
}

const changes = (name: string, action: ServicePlan['action'], rest: Partial<ServicePlan> = {}): ServicePlan =>
  servicePlan({ name, action, why: 'change', at: line(1), tasks: [taskPlan({ thing: name })], ...rest })

describe('the chain of causes', () => {
  const chain = (services: readonly ServicePlan[], graph: Graph, name: string) =>
    causesOf({ services, renamed: [] }, graph)[a(name)]?.map(({ service, field, link }) =>
      [service.slice(15), field, link?.name].filter((part) => part !== undefined).join(' '),
    )

  test('goes over what is replaced to the field that forces it', () => {
    const disk = changes('disk', 'replace', { tasks: [taskPlan({ thing: 'd', at: line(100) })] })
    expect(chain([disk, changes('web', 'update')], graphOf({ disk: [], web: ['disk'] }), 'web')).toEqual([
      'web disks',
      'disk size',
    ])
  })

  test('ends at the service itself where its own field says why', () => {
    const web = changes('web', 'update', { tasks: [taskPlan({ thing: 'w', at: line(101) })] })
    expect(chain([changes('disk', 'update'), web], graphOf({ disk: [], web: ['disk'] }), 'web')).toEqual(['web size'])
  })

  test('goes to the service that declares it', () => {
    const made = changes('one', 'create', { why: 'new', derivedBy: a('cluster') })
    expect(chain([made], graphOf({ cluster: [], one: [] }), 'one')).toEqual(['one derivedBy', 'cluster'])
  })

  test('of what drifted or is no longer declared has one step', () => {
    const services = [changes('disk', 'replace'), changes('web', 'update', { why: 'drift' })]
    expect(chain(services, graphOf({ disk: [], web: ['disk'] }), 'web')).toEqual(['web'])
    expect(chain([changes('old', 'remove', { why: 'orphan' })], graphOf({}), 'old')).toEqual(['old'])
  })

  test('ends even where links go in a circle', () => {
    const services = [changes('x', 'update'), changes('y', 'update')]
    expect(chain(services, graphOf({ x: ['y'], y: ['x'] }), 'x')).toEqual(['x disks', 'y disks'])
  })
})

test('the reach of a plan is what depends on it, through others, and not what it needs', () => {
  const graph = graphOf({ below: [], disk: ['below'], web: ['disk'], front: ['web'], aside: [] })
  const { around, arrows } = reachOf({ services: [changes('disk', 'update')] }, graph, new Map())
  expect(around.map(({ address }) => address)).toEqual([a('web'), a('front')])
  expect(arrows.map(({ from, to }) => [from, to])).toEqual([
    [a('disk'), a('web')],
    [a('web'), a('front')],
  ])
})

describe('estimates', () => {
  const past = (name: string, action: string, ms: number) => ({
    service: a(name),
    template: 'storage_engine',
    action,
    ms,
  })

  test('are unknown until something was measured', () => {
    expect(estimate({ services: [changes('x', 'update')] }, [], 10)).toEqual({
      services: {},
      unmeasured: 1,
      downtime: { services: 0, unmeasured: 0 },
    })
  })

  test('are medians of the same service, else of its template, each of the same action', () => {
    const jobs = [past('x', 'update', 100), past('x', 'update', 900), past('x', 'update', 200), past('y', 'create', 50)]
    const { services } = estimate({ services: [changes('x', 'update'), changes('z', 'create')] }, jobs, 10)
    expect(services[a('x')]).toEqual({ ms: 200, from: 'service', samples: 3 })
    expect(services[a('z')]).toEqual({ ms: 50, from: 'template', samples: 1 })
  })

  test('of a whole plan follow the order of work and the number of hands', () => {
    const jobs = [past('x', 'update', 100)]
    const services = ['x', 'y', 'z'].map((name) => changes(name, 'update'))
    const inTurn = services.map((one, i) => ({ ...one, after: services.slice(0, i).map(({ address }) => address) }))
    expect([
      estimate({ services }, jobs, 10).ms,
      estimate({ services: inTurn }, jobs, 10).ms,
      estimate({ services }, jobs, 1).ms,
    ]).toEqual([100, 300, 300])
  })

  test('of downtime are those of what is restarted or replaced', () => {
    const restarts = changes('x', 'update', {
      tasks: [taskPlan({ thing: 'u', effects: [{ kind: 'restart', what: 'u' }] })],
    })
    const { downtime } = estimate({ services: [restarts, changes('y', 'replace')] }, [past('x', 'update', 70)], 10)
    expect(downtime).toEqual({ services: 2, msMax: 70, unmeasured: 1 })
  })
})

describe('the way back', () => {
  const kind = noteKind as AnyKind
  const is = (text: string | null): NoteFound => ({ text, colour: null })
  const wanted = { name: 'x', text: 'new' }
  const back = (task: Partial<ServicePlan['tasks'][number]>, found: NoteFound, becomes: NoteFound) =>
    undoOf(taskPlan({ thing: 'note:x', commands: [{ title: 't', run: { argv: ['true'] } }], ...task }), {
      kind,
      wanted,
      found,
      becomes,
    })

  test('of what is made is its removal', () => {
    expect(back({ action: 'create' }, is(null), is('new'))).toEqual({
      commands: noteKind.remove(wanted, is(null), is('new')),
    })
  })
  test('of a change leads to what is there now', () => {
    const commands = noteKind.commands({ name: '', text: 'old' }, is('new')).map(({ run }) => run)
    const undo = back({ action: 'update', why: 'change' }, is('old'), is('new'))
    expect(undo && 'commands' in undo ? undo.commands.map(({ run }) => run) : undo).toEqual(commands)
  })
  test('of a loss of data says what does not come back', () => {
    const effects = [{ kind: 'data-loss' as const, what: 'x' }]
    expect(back({ action: 'replace', why: 'change', effects }, is('old'), is('new'))).toMatchObject({ loses: 'data' })
  })
  test('is none for what goes with its node, and not asked for where nothing is done', () => {
    expect(back({ withNode: true }, is('old'), is('new'))).toHaveProperty('none')
    expect(back({ commands: [] }, is('old'), is('new'))).toBeUndefined()
  })
  test('is none where only a digest is known of what is there', () => {
    const sealed = { ...kind, asWanted: () => ({ content: { sha256: 'abc' } }) }
    const task = taskPlan({
      thing: 'x',
      action: 'update',
      why: 'change',
      commands: [{ title: 't', run: { argv: ['true'] } }],
    })
    expect(undoOf(task, { kind: sealed, wanted, found: is('old'), becomes: is('new') })).toHaveProperty('none')
  })
})

test('two plans are compared service by service; an action of a service is not the service', () => {
  const before = { hash: '1', services: [changes('x', 'update'), changes('y', 'update')] }
  const act = changes('y', 'act', { verb: 'restart', why: 'asked' })
  const now = { hash: '2', services: [changes('y', 'update', { tasks: [taskPlan({ thing: 'more' })] }), act] }
  expect(sinceOf(before, now)).toEqual({
    hash: '1',
    same: false,
    added: [a('y')],
    gone: [a('x')],
    changed: [{ address: a('y'), from: 'update', to: 'update' }],
  })
})
