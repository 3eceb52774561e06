/** What an action of a template wants done once, for one service and its arguments. */
import { Ajv } from 'ajv'
import type { Address } from '../../base/address.ts'
import { digestOf, type Json, type JsonObject } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { ProblemsError } from '../../base/problem.ts'
import { markLater, thingsUnknown } from '../graph/ask-template.ts'
import { type Chosen, contextOf, sourcesOf, workNodeOf } from '../graph/context.ts'
import type { TemplateAction } from '../template.ts'
import type { ActionTasks } from './plan-actions.ts'

/** An action that the blueprints ask for. */
export interface PlannedAct extends ActionTasks {
  readonly service: Address
  readonly action: string
  readonly force: boolean
  readonly at: Place
}

/** How an action's entry ended last. */
export interface EntryState {
  readonly address: Address
  readonly action: string
  readonly entry: string
  readonly state: string
}

/** undefined: the service has no such action of its own. Throws ACTION_ARGUMENT. */
export function actionTasks(
  chosen: Chosen,
  { service: address, action, args }: { service: Address; action: string; args: Json },
  states: readonly EntryState[],
): ActionTasks | undefined {
  const service = chosen.graph.services.get(address)
  const own = service?.template.actions?.[action]
  if (!service || !own) return undefined
  const read = readArguments(own, action, args)
  const node = workNodeOf(service)
  const entry = digestOf(read).slice(0, 16)
  const ask = (variant: 0 | 1) => own.tasks({ ...contextOf(chosen, service, variant), args: read })
  const sources = sourcesOf(chosen, service)
  const tasks = sources.length === 0 ? ask(0) : markLater(ask(0), ask(1), sources)
  if (!tasks) throw new ProblemsError([thingsUnknown(service, sources)])
  // Equal arguments are one thing, others another: each is done once.
  const things = tasks.map((task) => ({ ...task, thing: `${task.thing} ${entry}`, node, owners: [address] }))
  const done = states.some(
    (one) => one.address === address && one.action === action && one.entry === entry && one.state === 'ok',
  )
  return { entry, args: read, things, done, ...(own.timeoutMs === undefined ? {} : { timeoutMs: own.timeoutMs }) }
}

/** Arguments by the action's schema: texts of the command line become what it says, defaults are filled in. */
function readArguments(own: TemplateAction, action: string, args: Json): JsonObject {
  const given = typeof args === 'object' && args !== null && !Array.isArray(args) ? { ...args } : {}
  const schema = own.args ?? { type: 'object', properties: {} }
  const validate = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: false }).compile({
    ...schema,
    additionalProperties: false,
  })
  if (validate(given)) return given as JsonObject // what the schema let through is plain data
  throw new ProblemsError(
    (validate.errors ?? []).map((error) => {
      const extra: unknown = error.params.additionalProperty
      const name = typeof extra === 'string' ? extra : error.instancePath.slice(1)
      const message =
        typeof extra === 'string'
          ? `${action} takes no argument ${name}.`
          : `The argument ${name || 'list'} of ${action} ${error.message ?? 'does not fit'}.`
      const known = Object.keys(own.args?.properties ?? {})
      return {
        code: 'ACTION_ARGUMENT',
        message,
        hint: known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.',
      }
    }),
  )
}
