/** What keeps a service from being as it is asked for, or from being at all, and what would lift it. */
import { type Address, addressOf } from '../base/address.ts'
import type { Place } from '../base/place.ts'
import { comparePlaces } from '../base/place.ts'
import { isError, type Problem } from '../base/problem.ts'
import { didYouMean } from '../base/suggest.ts'
import type { Entry } from '../engine/blueprint/declaration.ts'
import { originAt, originOf } from '../engine/blueprint/origin.ts'
import { producersOf } from '../engine/graph/graph.ts'
import type { Blocker, WhyNot } from '../engine/plan/blocker.ts'
import { ownerOf } from '../engine/plan/owner.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { Memory, Store } from '../store/store.ts'
import type { ReadState } from './declared.ts'
import type { Planned } from './planned.ts'

export interface WhyNotOf {
  readonly address: Address
  readonly read: ReadState
  /** What kept the plan from being made, or the plan. */
  readonly planned: Planned | readonly Problem[]
  readonly memory: Memory
  readonly store: Store
  readonly now: number
}

/** Never throws for the service's sake: what is in the way is the answer. */
export function whyNotOf(of: WhyNotOf): WhyNot {
  const { address, read, planned } = of
  const declared = read.built.graph.services.has(address) || read.unread.includes(address)
  if (!('plan' in planned)) return { address, declared, blockers: [...absent(of), ...mistakes(address, planned, read)] }
  const one = planned.plan.services.find((service) => service.address === address)
  const isIn = declared && planned.includes(address)
  return {
    address,
    ...(one ? { action: one.action } : isIn ? { action: 'none' } : {}),
    declared,
    blockers: [
      ...absent(of),
      ...(declared && !isIn ? [leftOut(address)] : []),
      ...holds(of),
      ...refusals(address, planned),
      ...ofPlan(address, planned),
      ...attempts(of),
    ],
  }
}

/** Why no blueprint declares it. */
function absent({ address, read, memory }: WhyNotOf): Blocker[] {
  const { graph } = read.built
  // What is wrong with its declaration is told among the mistakes.
  if (graph.services.has(address) || read.unread.includes(address)) return []
  const asleep = read.asleep.find((one) => one.address === address)
  if (asleep)
    return [
      {
        kind: 'disabled',
        message: `${address} is declared in ${asleep.at.file}, which the leading "_" of its name disables.`,
        at: asleep.at,
        lift: 'Rename the file without the "_".',
      },
    ]
  const left = read.conditions.find((one) => one.leftOut.includes(address))
  if (left?.if) return [condition(address, left.if, read)]
  const among = read.conditions.find(({ each, template, name }) => each && isOf(address, addressOf(template, name)))
  if (among?.each) {
    const made = among.made.length > 0 ? listed(among.made) : 'none'
    const origin = originAt(among.each.value.at, read.origins())
    return [
      {
        kind: 'each',
        message: `The $each of ${among.template}__${among.name} does not give ${address}; it gives ${made}.`,
        at: among.each.keyAt,
        ...(origin ? { origin } : {}),
        lift: 'Change what $each counts, or declare the service by itself.',
      },
    ]
  }
  const known = [...graph.services.keys(), ...read.asleep.map((one) => one.address)]
  const past = memory.services.get(address)
  const hint = didYouMean(
    address,
    [...known, ...memory.services.keys()].filter((one) => one !== address),
  )
  return [
    {
      kind: 'undeclared',
      message: past
        ? `${address} was applied, and no blueprint declares it any more.`
        : `No blueprint declares ${address}.`,
      lift:
        hint ??
        `Declare it: ${past?.template ?? address.slice(0, address.indexOf('/'))}__${address.slice(address.indexOf('/') + 1)}:`,
    },
  ]
}

/** Its own name without a number is asked for as well, by who does not know of the `$each`. */
const isOf = (address: Address, block: Address): boolean => address === block || address.startsWith(`${block}-`)

function condition(address: Address, entry: Entry, read: ReadState): Blocker {
  const given = entry.value
  const text = given.type === 'scalar' ? String(given.value) : ''
  const origin = given.type === 'scalar' && typeof given.value === 'string' ? originOf(text, read.origins()) : undefined
  return {
    kind: 'condition',
    message: `The $if of ${address} is false${text === '' || text === 'false' ? '' : `: ${text}`}.`,
    at: entry.keyAt,
    ...(origin ? { origin } : {}),
    lift: 'Change what the condition reads, or take $if off.',
  }
}

/** Of this service first; others keep the plan from being made as well. */
function mistakes(address: Address, problems: readonly Problem[], { built, unread }: ReadState): Blocker[] {
  const service = built.graph.services.get(address)
  const places = Object.values(service?.places ?? {})
  const isOwn = ({ at, message }: Problem): boolean =>
    message.includes(address) ||
    // Of what stands in a file that cannot be read, no line is known.
    (unread.includes(address) && !service) ||
    (at !== undefined &&
      places.some((one) => one.file === at.file && one.line <= at.line && at.line <= (one.endLine ?? one.line)))
  const errors = problems.filter(isError)
  const own = errors.filter(isOwn)
  const others = errors.filter((one) => !own.includes(one))
  return [
    ...own.map((one) => blocker('mistake', one)),
    ...others.map((one) => ({ ...blocker('mistake', one), whole: true as const })),
  ]
}

const leftOut = (address: Address): Blocker => ({
  kind: 'left out',
  message: `${address} is not among the services that --target, --exclude and --tag select.`,
  lift: 'Plan without them, or name it with --target.',
})

function holds({ address, memory }: WhyNotOf): Blocker[] {
  const hold = memory.holds.get(address)
  if (!hold) return []
  const stays = hold.rung === 'absent' ? 'away' : 'stopped'
  const when = new Date(hold.at).toISOString().slice(0, 16).replace('T', ' ')
  return [
    {
      kind: 'held',
      message: `${address} stays ${stays}: ${hold.verb} by ${hold.who}, ${when}.`,
      lift: `ays action start -s ${address}`,
    },
  ]
}

/** Everything that refuses the plan, for apply carries out all of it or nothing. */
function refusals(address: Address, { plan, assembly, unapproved }: Planned): Blocker[] {
  const at = assembly.graph.services.get(address)?.at
  const named = new Set<string>([...plan.services.map((one) => one.address), ...assembly.graph.services.keys()])
  const approvals = unapproved.map((one) => ({ ...blocker('refused', one), whole: true as const }))
  const refused = plan.blocked.map((problem): Blocker => {
    const owner = ownerOf(problem, named)
    const isOwn =
      owner === address ||
      (owner === undefined && isAt(problem, at)) ||
      problem.message.includes(`what ${address} is about`)
    if (isOwn) return blocker('refused', problem)
    const lift =
      owner === undefined
        ? problem.hint
        : [problem.hint, `Or plan without it: --exclude ${owner}.`].filter((one) => one !== undefined).join(' ')
    return { ...blocker('refused', problem), ...(lift === undefined ? {} : { lift }), whole: true as const }
  })
  return [...refused, ...approvals]
}

const isAt = (problem: Problem, at: Place | undefined): boolean =>
  problem.at !== undefined && at !== undefined && comparePlaces(problem.at, at) === 0

/** What the plan says of the service and of what it stands on. */
function ofPlan(address: Address, planned: Planned): Blocker[] {
  const { plan, assembly } = planned
  const service = assembly.graph.services.get(address)
  const [one, ...below] = [address, ...(service ? producersFrom(address, planned) : [])].map((name) =>
    plan.services.find((other) => other.address === name && other.action !== 'act'),
  )
  const unknowns = (plan.unknowns ?? []).filter((unknown) => unknown.service === address)
  return [
    ...(one ? standing(one) : []),
    ...unknowns.map(
      ({ field, decidedBy, output, when }): Blocker => ({
        kind: 'waits',
        message: `${field === '' ? 'What it consumes' : field} is known only ${when}: ${output} of ${decidedBy} decides it.`,
        lift: `Nothing: apply fills it in once ${decidedBy} is there.`,
      }),
    ),
    ...below.flatMap((other) =>
      other
        ? standing(other).map((blocked) => ({
            ...blocked,
            message: `${address} needs ${other.address}. ${blocked.message}`,
          }))
        : [],
    ),
  ]
}

/** Everything it needs, near first. */
function producersFrom(address: Address, { assembly }: Planned): Address[] {
  const reached = new Set<Address>([address])
  for (const next of reached) {
    const service = assembly.graph.services.get(next)
    if (service) for (const producer of producersOf(service)) reached.add(producer)
  }
  reached.delete(address)
  return [...reached]
}

function standing({ address, why, node, waitsFor, problem, tasks }: Plan['services'][number]): Blocker[] {
  if (why === 'lost')
    return [
      problem
        ? blocker('out of reach', problem)
        : { kind: 'out of reach', message: `${node ?? address} is out of reach.` },
    ]
  if (why === 'waits')
    return [
      {
        kind: 'waits',
        message: `${address} waits for ${waitsFor ?? 'what comes before it'}: what is there is looked at then.`,
        lift: 'Nothing: apply goes on with it in the same run.',
      },
    ]
  const unseen = tasks.filter((task) => task.action === 'unknown')
  return unseen.map((task) => ({
    ...(task.problem ? blocker('unknown', task.problem) : { kind: 'unknown' as const, message: '' }),
    message: `${task.thing} on ${task.node} could not be seen${task.problem ? `: ${task.problem.message}` : '.'}`,
  }))
}

/** The last attempt, when it failed, and the next one. */
function attempts({ address, memory, store, now }: WhyNotOf): Blocker[] {
  const retries = memory.actions.filter((one) => one.address === address && one.state === 'scheduled')
  const run = store.runs().find(({ id }) => store.jobs(id).some((job) => job.service === address))
  const job = run && store.jobs(run.id).find((one) => one.service === address && one.state !== 'ok')
  return [
    ...(run && job && (job.state === 'error' || job.state === 'skipped' || job.state === 'cancelled')
      ? [
          {
            kind: 'failed' as const,
            message: `Its last job, in run ${run.id}, ended as ${job.state}${job.problem ? `: ${job.problem.message}` : '.'}`,
            ...(job.problem ? { code: job.problem.code } : {}),
            lift: `ays runs show ${run.id} has its output; apply tries again.`,
          },
        ]
      : []),
    ...retries.map(
      ({ action, nextAt, attempts: tried, problem }): Blocker => ({
        kind: 'retry',
        message: `${action} is tried again ${nextAt === undefined ? 'later' : dueWords(nextAt, now)}, after ${tried} ${tried === 1 ? 'attempt' : 'attempts'}${problem ? `: ${problem.message}` : '.'}`,
        ...(problem ? { code: problem.code } : {}),
        lift: `\`ays apply\` tries at once; \`ays cancel --service ${address}\` calls it off.`,
      }),
    ),
  ]
}

const dueWords = (at: number, now: number): string =>
  at <= now ? 'as soon as someone applies' : `at ${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}`

const blocker = (kind: Blocker['kind'], { code, message, at, hint }: Problem): Blocker => ({
  kind,
  code,
  message,
  ...(at ? { at } : {}),
  ...(hint === undefined ? {} : { lift: hint }),
})

const listed = (names: readonly string[]): string =>
  names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '')
