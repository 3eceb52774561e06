/** One look at every node that matters: the controller's own first, then those that it says are there. */
import { type Address, LOCAL } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { Facts } from '../engine/facts.ts'
import type { AnyKind } from '../engine/kind.ts'
import { decideWanted } from '../engine/plan/decide.ts'
import { asksPlaceholders } from '../engine/plan/open-looks.ts'
import type { PastTask, Sight, WantedThing } from '../engine/plan/world.ts'
import type { Question } from '../transport/transport.ts'
import type { NodeLook, Nodes } from './nodes.ts'

export interface LookInput {
  readonly nodes: Nodes
  readonly things: readonly WantedThing[]
  readonly pastTasks: readonly PastTask[]
  /** Nodes that go with this plan and take along what lives on them: not asked. */
  readonly going: ReadonlySet<Address>
  /** Nodes whose facts are to be asked as well. */
  wantsFacts(node: Address): boolean
  /** Nodes whose facts others read: asked although nothing may be wanted of them. */
  readonly readNodes: ReadonlySet<Address>
  /** The machine id that the node had when it was last seen. */
  machineId(node: Address): string | undefined
  tryFindKind(name: string): AnyKind | undefined
  readonly signal: AbortSignal
}

export interface NodeSights {
  readonly sights: ReadonlyMap<Address, Sight>
  readonly facts: ReadonlyMap<Address, Facts>
}

/** Never throws for a node's sake: what cannot be asked is lost, and says why. */
export async function lookAtNodes(input: LookInput): Promise<NodeSights> {
  const questions = questionsByNode(input)
  const sights = new Map<Address, Sight>()
  const facts = new Map<Address, Facts>()

  // A signal per node: Node warns of a leak where more than ten listen to one.
  const lookAt = (node: Address, ...signals: AbortSignal[]): Promise<NodeLook> =>
    input.nodes.look(node, questions.get(node) ?? [], {
      facts: input.wantsFacts(node),
      signal: AbortSignal.any([input.signal, ...signals]),
    })

  async function ask(node: Address, hosted: Sight['state'], begun?: Begun): Promise<void> {
    if (hosted === 'bare') {
      begun?.abort.abort()
      await begun?.look
      sights.set(node, { state: 'bare' })
      return
    }
    const look = await (begun?.look ?? lookAt(node))
    const known = input.machineId(node)
    if (look.facts && known !== undefined && look.facts.machineId !== known) {
      sights.set(node, { state: 'lost', problem: otherMachine(node, known, look.facts) })
      return
    }
    if (look.facts) facts.set(node, look.facts)
    sights.set(
      node,
      look.problem
        ? hosted === 'waits'
          ? { state: 'waits' }
          : { state: 'lost', problem: look.problem }
        : { state: 'seen' },
    )
  }

  const made = madeHere(input.things)
  const others = [...questions.keys()].filter((node) => node !== LOCAL && !input.going.has(node))
  // What stood last time mostly still stands, and connecting takes longest: such nodes are asked beside the controller.
  const stood = new Set(input.pastTasks.map((task) => task.node))
  const begun = new Map<Address, Begun>()
  for (const node of others.filter((one) => stood.has(one))) {
    const abort = new AbortController()
    begun.set(node, { abort, look: lookAt(node, abort.signal) })
  }
  if (questions.has(LOCAL)) await ask(LOCAL, 'seen')
  await Promise.all(others.map((node) => ask(node, hostedState(input, sights, node, made.get(node)), begun.get(node))))
  return { sights, facts }
}

/** A look that began before it was known whether the node still stands. */
interface Begun {
  readonly abort: AbortController
  readonly look: Promise<NodeLook>
}

function questionsByNode(input: LookInput): Map<Address, Question[]> {
  const byNode = new Map<Address, Map<string, Question>>()
  const add = (node: Address, question: Question): void => {
    const known = byNode.get(node) ?? new Map<string, Question>()
    byNode.set(node, known)
    if (!known.has(question.thing)) known.set(question.thing, question)
  }
  for (const { node, kind, thing, wanted, later } of input.things)
    if (!later || !asksPlaceholders({ kind, wanted, later })) add(node, { kind, thing, wanted })
  for (const task of input.pastTasks) {
    const kind = input.tryFindKind(task.kind)
    if (kind && !input.going.has(task.node)) add(task.node, { kind, thing: task.thing, wanted: task.wanted })
  }
  for (const node of input.readNodes) if (!byNode.has(node) && !input.going.has(node)) byNode.set(node, new Map())
  return new Map([...byNode].map(([node, known]) => [node, [...known.values()]]))
}

/** Nodes that are made on the controller's own machine, with the things that make them. */
function madeHere(things: Iterable<WantedThing>): Map<Address, WantedThing[]> {
  const made = new Map<Address, WantedThing[]>()
  for (const thing of things) {
    if (thing.node !== LOCAL) continue
    for (const owner of thing.owners)
      if (owner.startsWith('node/')) made.set(owner, [...(made.get(owner) ?? []), thing])
  }
  return made
}

/**
 * How a node stands by the things that make it. The last of them is the machine itself: where it is absent the node is
 * bare, and nothing on it need be asked. Where something is to be mended first, an unreachable node only waits.
 */
function hostedState(
  input: LookInput,
  sights: ReadonlyMap<Address, Sight>,
  _node: Address,
  made: readonly WantedThing[] | undefined,
): Sight['state'] {
  const machine = made?.[made.length - 1]
  if (!made || !machine || sights.get(LOCAL)?.state !== 'seen') return 'seen'
  const decisions = made.map((thing) => {
    const seen = input.nodes.seen(LOCAL, thing.thing)
    return seen ? decideWanted(thing.kind, thing.thing, thing.wanted, seen.finding, undefined) : undefined
  })
  const last = decisions[decisions.length - 1]
  if (last?.action === 'create') return 'bare'
  return decisions.every((decision) => decision?.action === 'adopt') ? 'seen' : 'waits'
}

function otherMachine(node: Address, known: string, facts: Facts): Problem {
  return {
    code: 'NODE_IDENTITY',
    message: `${node} is ${facts.hostname} with machine id ${facts.machineId}; the machine that was there before had ${known}.`,
    hint: `If it was replaced on purpose, \`ays forget ${node}\` and plan again.`,
  }
}
