import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { plain } from '../../../src/base/json.ts'
import type { Graph, Service } from '../../../src/engine/graph/graph.ts'
import { thingKey } from '../../../src/engine/graph/tasks.ts'
import type { AnyKind, Finding } from '../../../src/engine/kind.ts'
import { makePlan } from '../../../src/engine/plan/make-plan.ts'
import type { PlanHold } from '../../../src/engine/plan/plan.ts'
import type { PastService, PastTask, Sight, WantedThing, World } from '../../../src/engine/plan/world.ts'
import { defineTemplate } from '../../../src/engine/template.ts'
import { type NoteFound, type NoteWanted, noteKind } from '../toy-kind.ts'

const template = defineTemplate({ name: 'note', summary: 'x', data: Type.Object({}) })
const kind = noteKind as AnyKind
const a = (text: string): Address => text as Address
const N1 = a('node/n1')

/** A small world: notes by service, what was found, what is remembered. */
function world(of: {
  notes?: Record<string, NoteWanted & { after?: string[]; node?: string; protect?: boolean }>
  found?: Record<string, NoteFound | 'unknown'>
  past?: Record<
    string,
    {
      wanted: NoteWanted
      before?: NoteFound
      adopted?: boolean
      after?: string[]
      holds?: 'data'
      node?: string
      protect?: boolean
      disposable?: boolean
    }
  >
  sights?: Record<string, Sight>
  allow?: string[]
  kind?: 'apply' | 'destroy'
  holds?: PlanHold[]
  claims?: Record<string, string>
}): World {
  const notes = Object.entries(of.notes ?? {})
  const services = new Map<Address, Service>()
  for (const [name, note] of notes)
    services.set(a(name), {
      address: a(name),
      template,
      name,
      data: {},
      parent: undefined,
      consumes: {},
      after: (note.after ?? []).map(a),
      node: a(note.node ?? 'node/n1'),
      steer: { after: [], protect: note.protect ?? false, heal: true, ignore: [], tags: [] },
      at: { file: 'b.yaml', line: 1, column: 1 },
      places: {},
      resolved: {},
    })
  const graph: Graph = { services, order: [...services.keys()] }
  const things = notes.map(
    ([name, note]): WantedThing => ({
      node: a(note.node ?? 'node/n1'),
      thing: `note:${note.name}`,
      kind,
      wanted: {
        name: note.name,
        text: note.text,
        ...(note.colour ? { colour: note.colour } : {}),
        ...(note.restarts ? { restarts: note.restarts } : {}),
      },
      rung: 'installed',
      owners: [a(name)],
    }),
  )
  const past = Object.entries(of.past ?? {})
  return {
    kind: of.kind ?? 'apply',
    environment: 'default',
    graph,
    tasks: new Map(things.flatMap((thing) => thing.owners.map((owner) => [owner, [thing]]))),
    things: new Map(things.map((thing) => [thingKey(thing.node, thing.thing), thing])),
    past: {
      services: new Map(
        past.map(([name, one]): [Address, PastService] => [
          a(name),
          {
            address: a(name),
            template: 'note',
            node: a(one.node ?? 'node/n1'),
            consumes: [],
            after: (one.after ?? []).map(a),
            ...(one.protect ? { protect: true } : {}),
            ...(one.disposable ? { disposable: true } : {}),
          },
        ]),
      ),
      tasks: past.map(
        ([name, one]): PastTask => ({
          service: a(name),
          node: a(one.node ?? 'node/n1'),
          thing: `note:${one.wanted.name}`,
          kind: 'note@1',
          wanted: plain(one.wanted),
          before: plain(one.before ?? noteKind.bare),
          adopted: one.adopted ?? false,
          rung: 'installed',
          position: 0,
          ...(one.holds ? { holds: one.holds } : {}),
        }),
      ),
    },
    finding: (_node, thing): Finding<unknown> => {
      const found = of.found?.[thing.slice(5)]
      if (found === 'unknown') return { state: 'unknown', problem: { code: 'LOOK_FAILED', message: 'no answer' } }
      return { state: 'seen', found: found ?? noteKind.bare }
    },
    claimedBy: (_node, thing) => of.claims?.[thing.slice(5)],
    sight: (node) => of.sights?.[node] ?? { state: 'seen' },
    tryFindKind: (name) => (name === 'note@1' ? kind : undefined),
    orphans: past.map(([name]) => a(name)).filter((name) => !services.has(name)),
    includes: () => true,
    replace: new Set(),
    acts: [],
    renamed: [],
    holds: new Map((of.holds ?? []).map((hold) => [hold.address, hold])),
    waves: [],
    allow: of.allow ?? [],
    warnings: [],
    simulated: false,
  }
}

const summary = (of: World) =>
  makePlan(of).plan.services.map((service) => `${service.address} ${service.action} ${service.why}`)
const is = (text: string): NoteFound => ({ text, colour: null })

describe('three-way', () => {
  test.each([
    ['nothing remembered, nothing there', {}, undefined, 'note/a create new'],
    ['nothing remembered, already as wanted', { x: is('new') }, undefined, 'note/a adopt adopt'],
    ['nothing remembered, something else there', { x: is('other') }, undefined, 'note/a create new'],
    ['the blueprint moved', { x: is('old') }, 'old', 'note/a update change'],
    ['the node moved', { x: is('by hand') }, 'new', 'note/a update drift'],
    ['both moved', { x: is('by hand') }, 'old', 'note/a update both'],
    ['gone from the node', {}, 'new', 'note/a update drift'],
  ] as const)('%s', (_name, found, past, expected) => {
    expect(
      summary(
        world({
          notes: { 'note/a': { name: 'x', text: 'new' } },
          found,
          ...(past ? { past: { 'note/a': { wanted: { name: 'x', text: past } } } } : {}),
        }),
      ),
    ).toEqual([expected])
  })

  test('as wanted and remembered is nothing: an empty plan', () => {
    const { plan, works } = makePlan(
      world({
        notes: { 'note/a': { name: 'x', text: 'new' } },
        found: { x: is('new') },
        past: { 'note/a': { wanted: { name: 'x', text: 'new' } } },
      }),
    )
    expect([plan.services, works, plan.counts.none]).toEqual([[], [], 1])
  })

  test('unknown is never absent, and never a command', () => {
    const { plan } = makePlan(
      world({
        notes: { 'note/a': { name: 'x', text: 'new' }, 'note/b': { name: 'y', text: 'b' } },
        found: { x: 'unknown' },
      }),
    )
    expect(
      plan.services.map((service) => [
        service.address,
        service.action,
        service.tasks.flatMap((task) => task.commands).length,
      ]),
    ).toEqual([
      ['note/a', 'unknown', 0],
      ['note/b', 'create', 1],
    ])
  })

  test('a change that cannot be made in place is a replacement: off, then on', () => {
    const { plan } = makePlan(
      world({
        notes: { 'note/a': { name: 'x', text: 't', colour: 'red' } },
        found: { x: { text: 't', colour: 'blue' } },
        past: { 'note/a': { wanted: { name: 'x', text: 't', colour: 'blue' } } },
      }),
    )
    expect(plan.services[0]?.action).toBe('replace')
    expect(plan.services[0]?.tasks[0]?.commands.map((command) => command.title)).toEqual(['remove x', 'write x'])
  })
})

describe('removal', () => {
  test('a thing that a service no longer wants goes, before the new one comes', () => {
    const { plan, works } = makePlan(
      world({
        notes: { 'note/a': { name: 'new', text: 't' } },
        found: { old: is('t') },
        past: { 'note/a': { wanted: { name: 'old', text: 't' } } },
      }),
    )
    expect(plan.services[0]?.tasks.map((task) => `${task.thing} ${task.action}`)).toEqual([
      'note:old remove',
      'note:new create',
    ])
    expect(works[0]?.removals.map((task) => task.thing)).toEqual(['note:old'])
  })

  test('orphans go, consumers before producers', () => {
    const past = {
      'note/base': { wanted: { name: 'x', text: 't' } },
      'note/top': { wanted: { name: 'y', text: 't' }, after: ['note/base'] },
    }
    const { plan } = makePlan(world({ past, found: { x: is('t'), y: is('t') } }))
    expect(plan.services.map((service) => [service.address, service.action, service.after])).toEqual([
      ['note/top', 'remove', []],
      ['note/base', 'remove', ['note/top']],
    ])
  })

  test('what was there before ays came stays, and comes back where it was changed', () => {
    const { plan } = makePlan(
      world({
        past: { 'note/a': { wanted: { name: 'x', text: 't' }, adopted: true, before: is('t') } },
        found: { x: is('t') },
      }),
    )
    expect(plan.services[0]?.tasks[0]?.commands).toEqual([])
    const past = { 'note/a': { wanted: { name: 'x', text: 'new' }, adopted: true, before: is('old') } }
    expect(makePlan(world({ past, found: { x: is('new') } })).plan.services[0]?.tasks[0]?.commands).toHaveLength(1)
  })

  test('data is only destroyed when allowed, and a protected service never', () => {
    const past = {
      'note/a': { wanted: { name: 'x', text: 't' }, holds: 'data' as const },
      'note/p': { wanted: { name: 'y', text: 't' }, protect: true },
    }
    const found = { x: is('t'), y: is('t') }
    expect(makePlan(world({ past, found })).plan.blocked.map((problem) => problem.code)).toEqual([
      'DATA_LOSS',
      'PROTECTED',
    ])
    expect(
      makePlan(world({ past, found, allow: ['data-loss=note/a'] })).plan.blocked.map((problem) => problem.code),
    ).toEqual(['PROTECTED'])
  })

  test('what lives on a node that goes with this plan goes with it, without commands and after it', () => {
    const past = {
      'node/n1': { wanted: { name: 'machine', text: 't' }, node: 'node/local', disposable: true },
      'note/a': { wanted: { name: 'x', text: 't' }, holds: 'data' as const },
    }
    const { plan, works } = makePlan(world({ past, found: { machine: is('t'), x: is('t') }, kind: 'destroy' }))
    const inside = plan.services.find((service) => service.address === 'note/a')
    expect([inside?.after, inside?.tasks[0]?.commands, inside?.tasks[0]?.effects[0]?.kind]).toEqual([
      ['node/n1'],
      [],
      'data-loss',
    ])
    expect(works.find((work) => work.service === 'note/a')?.onPaper).toBe(true)
  })
})

describe('nodes', () => {
  const notes = { 'note/a': { name: 'x', text: 't' }, 'note/b': { name: 'y', text: 't', node: 'node/n2' } }

  test('a node out of reach makes its services unknown, and no others', () => {
    const { plan, works } = makePlan(
      world({
        notes,
        sights: { 'node/n1': { state: 'lost', problem: { code: 'NODE_UNREACHABLE', message: 'down' } } },
      }),
    )
    expect(plan.services.map((service) => `${service.address} ${service.action} ${service.why}`)).toEqual([
      'note/a unknown lost',
      'note/b create new',
    ])
    expect(plan.unreachable.map((one) => one.node)).toEqual([N1])
    expect(works.map((work) => [work.service, work.lost?.code])).toEqual([
      ['note/a', 'NODE_UNREACHABLE'],
      ['note/b', undefined],
    ])
  })

  test('on a node that this plan makes everything is created', () => {
    expect(
      summary(world({ notes, sights: { 'node/n1': { state: 'bare' } }, found: { x: is('old machine') } }))[0],
    ).toBe('note/a create new')
  })

  test('a node that this plan mends first is looked at then', () => {
    const { plan, works } = makePlan(world({ notes, sights: { 'node/n1': { state: 'waits' } } }))
    expect(plan.services[0]).toMatchObject({ action: 'unknown', why: 'waits', waitsFor: N1 })
    expect(works).toHaveLength(2)
  })
})

test('a producer without work is seen through: order holds across what is in place', () => {
  const notes = {
    'note/a': { name: 'x', text: 't' },
    'note/b': { name: 'y', text: 't', after: ['note/a'] },
    'note/c': { name: 'z', text: 't', after: ['note/b'] },
  }
  const { plan } = makePlan(
    world({ notes, found: { y: is('t') }, past: { 'note/b': { wanted: { name: 'y', text: 't' } } } }),
  )
  expect(plan.services.map((service) => [service.address, service.after])).toEqual([
    ['note/a', []],
    ['note/c', ['note/a']],
  ])
})

test('equal worlds give equal plans', () => {
  const one = world({ notes: { 'note/a': { name: 'x', text: 't' } } })
  expect(makePlan(one).plan).toEqual(makePlan(one).plan)
})

test('what another workspace claims is not taken from it, unless that is allowed', () => {
  const of = { notes: { 'note/a': { name: 'x', text: 't' } }, claims: { x: 'note/z of other' } }
  expect(makePlan(world(of)).plan.blocked.map((problem) => problem.code)).toEqual(['CLAIMED_ELSEWHERE'])
  expect(makePlan(world({ ...of, allow: ['claimed=note/a'] })).plan.blocked).toEqual([])
})

test('a service under a new address is counted as renamed, where the plan is about it', () => {
  const renamed = [{ from: a('note/old'), to: a('note/a') }]
  const base = { ...world({ notes: { 'note/a': { name: 'x', text: 'new' } } }), renamed }
  expect(makePlan(base).plan.renamed).toEqual(renamed)
  expect(makePlan({ ...base, includes: () => false }).plan.renamed).toEqual([])
})
