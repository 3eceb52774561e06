/** The road to a simulated node: a world, in a file or in memory, that maps each thing to what is found of it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Address } from '../base/address.ts'
import { digestOf, type Json, plain } from '../base/json.ts'
import { refusePlaceholder } from '../base/later.ts'
import type { Problem } from '../base/problem.ts'
import { type Random, randomOf, seedOf } from '../base/random.ts'
import type { Claim } from '../engine/claim.ts'
import type { Connection } from '../engine/connection.ts'
import type { Command } from '../engine/kind.ts'
import { fenced, lost } from './outcomes.ts'
import {
  type Attached,
  type NodeJob,
  type NodeOutcome,
  type Question,
  type Seen,
  type Transport,
  TransportError,
} from './transport.ts'

/** All that a simulated node is. */
export interface World {
  readonly things: { [thing: string]: { kind: string; found: Json } }
  readonly claims: { [thing: string]: Claim }
  /** The highest fence of each workspace. */
  readonly fences: { [workspace: string]: number }
  /** Ids of jobs that ran, and how they ended. */
  readonly jobs: { [id: string]: 'done' | 'moved' | 'undone' }
  /** Jobs with an undo that nobody has confirmed yet. */
  readonly armed: { [id: string]: true }
  /** Titles of all commands that ever ran here, in order. */
  readonly history: string[]
  /** Calls so far: where the stream of faults goes on when ays starts anew. */
  calls: number
}

export interface SimOptions {
  readonly node: Address
  readonly connection: Extract<Connection, { road: 'sim' }>
  readonly world: WorldKeeper
}

/** Where a simulated node is kept from call to call. */
export interface WorldKeeper {
  read(): World
  /** Whole or not at all. */
  write(world: World): void
}

/** In a file; an absent one is a bare node. */
export const worldIn = (file: string): WorldKeeper => ({
  read: () => readWorld(file),
  write: (world) => writeWorld(file, world),
})

/** In memory, gone with the process. */
export function worldInMemory(given: Partial<World>): WorldKeeper {
  let world = worldOf(given)
  return {
    read: () => world,
    write: (next) => {
      world = next
    },
  }
}

const HISTORY_MAX = 10_000
const JOBS_MAX = 2_000

export function simTransport(options: SimOptions): Transport {
  const { node, connection, world: keeper } = options
  const faults = connection.faults ?? {}
  const faulty = Boolean(faults.lostBefore || faults.lostAfter)

  /** Draws what befalls this call. A node that is down answers nothing. */
  function call(signal: AbortSignal): { before: boolean; after: boolean } {
    if (faults.down)
      throw new TransportError({
        code: 'NODE_UNREACHABLE',
        message: `${node} could not be reached: it is simulated to be down.`,
      })
    if (signal.aborted)
      throw new TransportError({ code: 'CANCELLED', message: 'Interrupted while the node was asked.' })
    if (!faulty) return { before: false, after: false }
    const world = keeper.read()
    const random: Random = randomOf(seedOf(`${faults.seed ?? 0} ${node} ${world.calls++}`))
    keeper.write(world)
    return { before: random() < (faults.lostBefore ?? 0), after: random() < (faults.lostAfter ?? 0) }
  }

  /** For calls that only read: lost is lost, before or after. */
  function reading(signal: AbortSignal): World {
    const { before, after } = call(signal)
    if (before || after) throw new TransportError(lostHere(node))
    return keeper.read()
  }

  const became = async (ids: readonly string[], signal: AbortSignal): Promise<readonly Attached[]> => {
    const world = reading(signal)
    return ids.map((id) => ({ state: world.jobs[id] ? 'ended' : 'never began' }))
  }

  return {
    async look(questions, signal) {
      const world = reading(signal)
      return questions.map((question) => seenIn(world, question))
    },
    async act(jobs, signal) {
      const fate = call(signal)
      if (fate.before) return jobs.map(() => ({ state: 'lost', problem: lostHere(node) }))
      const world = keeper.read()
      const outcomes = jobs.map((job) => (job.undo && faults.cuts ? cutIn(world, job, node) : actIn(world, job, node)))
      keeper.write(world)
      return fate.after ? jobs.map(() => ({ state: 'lost', problem: lostHere(node) })) : outcomes
    },
    attach: became,
    // Its jobs take no time.
    end: became,
    async confirm(id, signal) {
      const world = reading(signal)
      if (own(world.jobs, id) === 'undone') return 'undone'
      if (!own(world.armed, id)) return 'not armed'
      delete world.armed[id]
      keeper.write(world)
      return 'confirmed'
    },
    async facts(signal) {
      const world = reading(signal)
      return { ...connection.facts, claims: { ...connection.facts.claims, ...world.claims } }
    },
    async exec(_run, { signal }) {
      reading(signal)
      return { code: 127, stdout: '', stderr: `${node} is simulated: it has things, but no programs.\n` }
    },
    async leave(workspace, signal) {
      const world = reading(signal)
      for (const [thing, claim] of Object.entries(world.claims))
        if (claim.workspace === workspace) delete world.claims[thing]
      delete world.fences[workspace]
      keeper.write(world)
    },
    async endRunning() {},
    async close() {},
  }
}

function seenIn(world: World, question: Question): Seen {
  const thing = own(world.things, question.thing)
  const found = thing?.kind === question.kind.name ? thing.found : plain(question.kind.bare)
  return { finding: { state: 'seen', found }, digest: digestOf({ kind: question.kind.name, found }) }
}

/** What it did cut the node off, so the node took it back. */
function cutIn(world: World, job: NodeJob, node: Address): NodeOutcome {
  world.jobs[job.id] ??= 'undone'
  return { state: 'lost', problem: lostHere(node) }
}

function actIn(world: World, job: NodeJob, node: Address): NodeOutcome {
  const before = own(world.jobs, job.id)
  const commands = job.steps.flatMap((step) => step.commands)
  refusePlaceholder(JSON.stringify([commands, job.steps.map((step) => step.becomes)]))
  if (before === 'done')
    return {
      state: 'done',
      ran: commands.map(resultOf),
      seen: job.afterwards.map((question) => seenIn(world, question)),
    }
  const expected = (): readonly Seen[] => job.expect.map(({ question }) => seenIn(world, question))
  if (before === 'moved') return { state: 'moved', seen: expected() }
  const fence = own(world.fences, job.workspace) ?? 0
  if (job.fence < fence) return { state: 'refused', problem: fenced(job, fence) }
  world.fences[job.workspace] = job.fence
  const seen = expected()
  if (seen.some(({ digest }, i) => digest !== job.expect[i]?.digest)) {
    world.jobs[job.id] = 'moved'
    return { state: 'moved', seen }
  }
  for (const { thing, kind, environment, before } of job.claim)
    world.claims[thing] = { workspace: job.workspace, service: job.service, kind, environment, before }
  for (const thing of job.unclaim) if (own(world.claims, thing)?.workspace === job.workspace) delete world.claims[thing]
  for (const { question, becomes: settled } of job.steps) {
    const becomes = question.kind.simulated?.(settled, `${node} ${question.thing}`) ?? settled
    world.things[question.thing] = { kind: question.kind.name, found: plain(becomes) }
    if (digestOf(plain(becomes)) === digestOf(plain(question.kind.bare))) delete world.things[question.thing]
  }
  world.history.push(...commands.map((command) => command.title))
  world.history.splice(0, Math.max(0, world.history.length - HISTORY_MAX))
  world.jobs[job.id] = 'done'
  if (job.undo) world.armed[job.id] = true
  for (const id of Object.keys(world.jobs).slice(0, -JOBS_MAX)) delete world.jobs[id]
  return { state: 'done', ran: commands.map(resultOf), seen: job.afterwards.map((question) => seenIn(world, question)) }
}

const resultOf = (command: Command) => ({ title: command.title, code: 0, stdout: '', stderr: '' })
const lostHere = (node: Address): Problem => lost(`The connection to ${node} was lost, as its simulation has it.`)
const own = <T>(map: { [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined

/** The world of a file; a bare one when there is none yet. */
export function readWorld(file: string): World {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') text = '{}'
    else throw error
  }
  // Written by writeWorld alone; a hand-made file may leave parts out.
  return worldOf(JSON.parse(text) as Partial<World>)
}

const worldOf = (world: Partial<World>): World => ({
  things: world.things ?? {},
  claims: world.claims ?? {},
  fences: world.fences ?? {},
  jobs: world.jobs ?? {},
  armed: world.armed ?? {},
  history: world.history ?? [],
  calls: world.calls ?? 0,
})

/** Whole or not at all. */
export function writeWorld(file: string, world: World): void {
  mkdirSync(dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}.tmp`
  writeFileSync(beside, `${JSON.stringify(world, undefined, 2)}\n`)
  renameSync(beside, file)
}
