/** What `ays watch` goes by, from what was read: which services are looked at, what recurs, and who is told. */
import { LOCAL } from '../base/address.ts'
import type { JsonObject } from '../base/json.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { type Sealer, sha256 } from '../base/secret.ts'
import { actionTasks } from '../engine/actions/action-tasks.ts'
import { LIFECYCLE } from '../engine/actions/order-actions.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { BoundAction } from '../engine/graph/actions.ts'
import type { Assembly } from './assemble.ts'
import type { RecurringAction, WatchedService, Watching } from './contract.ts'
import type { Secrets } from './secrets.ts'

export interface WatchingInput {
  readonly settings: WorkspaceFile
  readonly assembly: Assembly
  readonly bound: readonly BoundAction[]
  readonly secrets: Secrets | undefined
  readonly sealer: Sealer
}

/** Throws ACTION_ARGUMENT, and SECRET_MISSING for a webhook whose secret no source gives. */
export function watchingOf({ settings, assembly, bound, secrets, sealer }: WatchingInput): Watching {
  const recurring = bound.flatMap((request) => recurringOf(assembly, request))
  // A recurring monitor is how often its services are looked at, not an action beside that.
  const periods = new Map<string, number>()
  for (const { service, action, when } of recurring)
    if (action === 'monitor' && 'everyMs' in when)
      periods.set(service, Math.min(when.everyMs, periods.get(service) ?? Number.POSITIVE_INFINITY))
  return {
    settings: settings.watch,
    services: servicesOf(assembly, settings, periods),
    recurring: recurring.filter(({ action, when }) => action !== 'monitor' || 'cron' in when),
    hooks: settings.watch.hooks.map((hook, i) => {
      const { secret: name } = hook
      const key = sealer(sha256(JSON.stringify(hook)))
      if (name === undefined) return { key, hook }
      const secret = secrets?.secret(name)
      if (secret) return { key, hook, secret }
      const missing = secrets?.missing(name)
      const problem: Problem = {
        code: 'SECRET_MISSING',
        message: `A webhook is to be signed with ${name}, but ${missing?.reason ?? 'no source of the workspace gives it'}.`,
        ...(missing ? { hint: missing.hint } : {}),
        at: settings.places[`watch.hooks.${i}.secret`] ?? settings.places[''],
      }
      throw new ProblemsError([problem])
    }),
  }
}

function servicesOf(
  { graph, wanted }: Assembly,
  { retriesMs }: WorkspaceFile,
  periods: ReadonlyMap<string, number>,
): WatchedService[] {
  return graph.order.flatMap((address) => {
    const service = graph.services.get(address)
    const things = wanted.tasks.get(address) ?? []
    if (!service || address === LOCAL || things.length === 0) return []
    const node = things[0]?.node
    const everyMs = periods.get(address)
    const waitsMs = service.steer.retriesMs ?? retriesMs
    return {
      address,
      heal: service.steer.heal,
      ...(node ? { node } : {}),
      ...(everyMs === undefined ? {} : { everyMs }),
      ...(waitsMs ? { retriesMs: waitsMs } : {}),
    }
  })
}

function recurringOf({ chosen, graph }: Assembly, request: BoundAction): RecurringAction[] {
  const { recurringMs, cron, at, force } = request
  const when = cron !== undefined ? { cron } : recurringMs !== undefined ? { everyMs: recurringMs } : undefined
  if (!when) return []
  const args = argumentsOf(request)
  return request.services.flatMap((service) =>
    request.actions.flatMap((action): RecurringAction[] => {
      if (service === LOCAL || !graph.services.has(service)) return []
      if ((LIFECYCLE as readonly string[]).includes(action))
        return [{ service, action, entry: '', args, force, when, at }]
      const own = actionTasks(chosen, { service, action, args }, [])
      return own ? [{ service, action, entry: own.entry, args, force, when, at }] : []
    }),
  )
}

const argumentsOf = ({ args }: BoundAction): JsonObject =>
  typeof args === 'object' && args !== null && !Array.isArray(args) ? (args as JsonObject) : {} // Json has no other maps
