/** Reads the entries under `actions:`, those of AYS and those of 0-robot. */
import { cronFault } from '../../base/cron.ts'
import { tryReadDuration } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { ActionRequest, Entry, Value } from './declaration.ts'
import { type Reader, readExpressions } from './expressions.ts'
import { templateName } from './names.ts'
import { kindOf, tryDataOf } from './value.ts'

/** A map is one entry, a list several. */
export function readActions(value: Value, reader: Reader, options: { readonly legacy: boolean }): ActionRequest[] {
  if (value.type === 'scalar' && value.value === null) return []
  const items = value.type === 'list' ? value.items : [value]
  return items.flatMap((item) => {
    if (item.type === 'map') return readAction(item.entries, item, reader, options)
    reader.problems.push({
      code: 'FIELD_TYPE',
      message: `actions takes a list of maps, not ${kindOf(item)}.`,
      at: item.at,
    })
    return []
  })
}

function readAction(
  entries: readonly Entry[],
  whole: Value,
  reader: Reader,
  { legacy }: { readonly legacy: boolean },
): ActionRequest[] {
  const refuse = (entry: Entry, expected: string): void => {
    reader.problems.push({
      code: 'FIELD_TYPE',
      message: `${entry.key} takes ${expected}, not ${kindOf(entry.value)}.`,
      at: entry.value.at,
    })
  }
  let actions: string[] | undefined
  let request: Omit<ActionRequest, 'actions' | 'at'> = { force: false, args: {}, argsGiven: [] }
  for (const raw of entries) {
    const before = reader.problems.length
    const entry: Entry = { ...raw, value: known(readExpressions(raw.value, reader), reader.problems) }
    const { value } = entry
    switch (entry.key) {
      case 'action':
      case 'actions':
        actions = namesOf(value)
        request = { ...request, actionsAt: value.at }
        if (!actions) {
          refuse(entry, 'a name, several with commas between, or a list of names')
          actions = []
        }
        break
      case 'actor':
      case 'template': {
        const text = textOf(value)
        if (text === undefined) refuse(entry, 'the name of a template')
        else request = { ...request, actor: templateName(text), actorAt: value.at }
        break
      }
      case 'service': {
        const text = textOf(value)
        if (text === undefined) refuse(entry, 'the name of a service')
        else request = { ...request, service: text, serviceAt: value.at }
        break
      }
      case 'recurring': {
        const ms =
          value.type === 'scalar' && (typeof value.value === 'string' || typeof value.value === 'number')
            ? tryReadDuration(value.value)
            : undefined
        if (ms === undefined || ms <= 0) refuse(entry, 'a period such as 5m, 1h or 30 (seconds)')
        else request = { ...request, recurringMs: ms }
        break
      }
      case 'cron': {
        const text = textOf(value)
        const fault = text === undefined ? undefined : cronFault(text)
        if (text === undefined) refuse(entry, 'a schedule such as "0 3 * * *"')
        else if (fault === undefined) request = { ...request, cron: text }
        else
          reader.problems.push({
            code: 'FIELD_TYPE',
            message: `"${text}" is no schedule as cron has them: ${fault}.`,
            at: value.at,
            hint: 'Five fields: minute, hour, day, month, weekday, as in "0 3 * * *", each day at 03:00.',
          })
        break
      }
      case 'force':
        if (value.type === 'scalar' && typeof value.value === 'boolean') request = { ...request, force: value.value }
        else refuse(entry, 'true or false')
        break
      case 'args':
        // Arguments may hold secrets at their leaves, which Json does not name.
        if (value.type === 'map')
          request = {
            ...request,
            args: (tryDataOf(value) ?? {}) as Json,
            argsGiven: reader.problems.length > before ? undefined : value.entries,
          }
        else if (value.type !== 'scalar' || value.value !== null) refuse(entry, 'a map of arguments')
        break
      default:
        reader.problems.push({
          code: 'FIELD_UNKNOWN',
          message: `An entry of actions has no ${entry.key}.`,
          at: entry.keyAt,
          hint: didYouMean(entry.key, KEYS) ?? `It has ${KEYS.join(', ')}.`,
          ...(legacy ? { severity: 'warning' } : {}),
        })
    }
  }
  const cron = entries.find((entry) => entry.key === 'cron')
  if (cron && request.cron !== undefined && request.recurringMs !== undefined)
    reader.problems.push({
      code: 'FIELD_TYPE',
      message: 'An entry of actions has recurring or cron, not both.',
      at: cron.keyAt,
    })
  if (actions) return actions.length > 0 ? [{ ...request, actions, at: whole.at }] : []
  reader.problems.push({
    code: 'FIELD_MISSING',
    message: 'This entry of actions does not name an action.',
    at: whole.at,
    hint: 'Add `action: install`, for one.',
  })
  return []
}

/** Actions are known while reading: what reads services is refused. */
function known(value: Value, problems: Problem[]): Value {
  switch (value.type) {
    case 'expression':
      problems.push({
        code: 'EXPRESSION',
        message: 'An entry of actions may not read services.',
        at: value.at,
        hint: 'It may use vars, env and secrets.',
      })
      return { type: 'scalar', value: null, at: value.at }
    case 'list':
      return { ...value, items: value.items.map((item) => known(item, problems)) }
    case 'map':
      return { ...value, entries: value.entries.map((entry) => ({ ...entry, value: known(entry.value, problems) })) }
    case 'scalar':
      return value
  }
}

function textOf(value: Value): string | undefined {
  if (value.type !== 'scalar') return undefined
  return typeof value.value === 'string' || typeof value.value === 'number' ? String(value.value) : undefined
}

function namesOf(value: Value): string[] | undefined {
  const texts = value.type === 'list' ? value.items.map(textOf) : [textOf(value)]
  const names = texts.flatMap((text) => (text === undefined ? [undefined] : text.split(',').map((one) => one.trim())))
  const found = names.filter((name) => name !== undefined && name !== '')
  return found.length > 0 && !names.includes(undefined) ? found.filter((name) => name !== undefined) : undefined
}

const KEYS = ['action', 'actor', 'service', 'recurring', 'cron', 'force', 'args']
