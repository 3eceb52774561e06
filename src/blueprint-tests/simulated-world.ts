/** The world of one test: simulated nodes with the facts and things that it gives, and a state folder of its own. */
import { join } from 'node:path'
import { type Address, addressOf, tryReadAddress } from '../base/address.ts'
import { type Json, plain } from '../base/json.ts'
import type { Place } from '../base/place.ts'
import type { Problem } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import type { Connection } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import type { Graph } from '../engine/graph/graph.ts'
import { kinds, tryFindKind } from '../sal/kinds.ts'
import { createKey } from '../store/key.ts'
import { worldFile } from '../transport/open.ts'
import { readWorld, writeWorld } from '../transport/sim.ts'
import { commonMachine } from '../workspace/common-machine.ts'
import type { SimulatedConnection } from '../workspace/simulation.ts'
import type { GivenNode } from './format.ts'
import type { BlueprintTest } from './test-file.ts'

/** The key of every test is the same, and so is what comes of it. */
export function makeState(test: BlueprintTest, folder: string): void {
  createKey(stateOf(test, folder), new Uint8Array(32).fill(7))
}

/** Puts the things of `given.nodes` on their nodes, in the place of what is there. */
export function putThings(test: BlueprintTest, folder: string): readonly Problem[] {
  const problems: Problem[] = []
  for (const [name, { things = {} }] of Object.entries(test.given.nodes ?? {})) {
    if (Object.keys(things).length === 0) continue
    const file = worldFile(join(stateOf(test, folder), 'sim'), nodeOf(name))
    const world = readWorld(file)
    for (const [thing, { kind: named, found }] of Object.entries(things)) {
      const known = world.things[thing]?.kind
      const kind = named === undefined ? (tryFindKind(known ?? '') ?? kindOfThing(thing)) : tryFindKind(named)
      if (kind)
        world.things[thing] = {
          kind: kind.name,
          found: over(world.things[thing]?.found ?? plain(kind.bare), plain(found)),
        }
      else problems.push(unknownKind(test.place('given', 'nodes', name, 'things', thing), thing, named))
    }
    writeWorld(file, world)
  }
  return problems
}

/** Nodes that are given and that no blueprint declares: a typing mistake would make a test say nothing. */
export function strangeNodes(test: BlueprintTest, graph: Graph): Problem[] {
  const known = [...graph.services.keys()].filter((address) => address.startsWith('node/'))
  return Object.keys(test.given.nodes ?? {}).flatMap((name): Problem[] => {
    if (known.includes(nodeOf(name))) return []
    const at = test.place('given', 'nodes', name)
    const hint = didYouMean(nodeOf(name), known) ?? `There is ${known.join(', ')}.`
    return [{ code: 'TEST_INVALID', message: `${nodeOf(name)} is given, and no blueprint declares it.`, at, hint }]
  })
}

const stateOf = (test: BlueprintTest, folder: string): string => join(folder, test.given.environment ?? 'default')

/** A bare name is a node's. */
const nodeOf = (name: string): Address => tryReadAddress(name) ?? addressOf('node', name)

/** `file:/etc/motd` is of the kind file@1, `lab.node:tag/n1` of lab.node@1. */
const kindOfThing = (thing: string) => kinds.filter((kind) => thing.startsWith(`${kind.name.split('@')[0]}:`)).at(-1)

function unknownKind(at: Place, thing: string, named: string | undefined): Problem {
  const all = kinds.map((kind) => kind.name)
  return {
    code: 'TEST_INVALID',
    message: named === undefined ? `${thing} does not say of what kind it is.` : `There is no kind ${named}.`,
    at,
    hint: (named === undefined ? undefined : didYouMean(named, all)) ?? `Give \`kind\`, one of ${all.join(', ')}.`,
  }
}

/** How a node is reached in the test: never really. */
export function simulatedNode(
  test: BlueprintTest,
  node: Address,
  own: Connection,
  down: 'down as given' | 'up',
): SimulatedConnection {
  const given = Object.entries(test.given.nodes ?? {}).find(([name]) => nodeOf(name) === node)?.[1]
  const facts = factsOf(node, own, given)
  const faults = own.road === 'sim' ? own.faults : undefined
  return {
    road: 'sim',
    facts,
    ...(given?.down === undefined ? (faults ? { faults } : {}) : { faults: { down: given.down && down !== 'up' } }),
  }
}

function factsOf(node: Address, own: Connection, given: GivenNode | undefined): Facts {
  const base = own.road === 'sim' ? own.facts : commonMachine(node)
  const { os, disks, ...facts } = given?.facts ?? {}
  return {
    ...base,
    ...facts,
    os: { ...base.os, ...os },
    disks: disks?.map((disk) => ({ rotational: false, ...disk })) ?? base.disks,
  }
}

/** What is found of a thing, over what a bare node shows: a test names only what matters. */
function over(bare: Json, found: Json): Json {
  const isMap = (value: Json): value is { readonly [key: string]: Json } =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMap(bare) && isMap(found) ? { ...bare, ...found } : found
}
