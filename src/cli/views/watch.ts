/** What the watch tells, as it happens: a line for people, or a line of JSON. */
import { showDuration } from '../../base/duration.ts'
import { plain } from '../../base/json.ts'
import { type Problem, problemLine } from '../../base/problem.ts'
import type { WatchEvent } from '../../watch/events.ts'
import { problemJson } from './json.ts'
import { type Paint, paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { showClock } from './runs.ts'

/** One JSON object on one line; times as ISO 8601. */
export function watchJson(event: WatchEvent): string {
  return JSON.stringify(
    plain({
      ...event,
      at: time(event.at),
      ...('nextAt' in event && event.nextAt !== undefined ? { nextAt: time(event.nextAt) } : {}),
      ...('problem' in event && event.problem ? { problem: problemJson(event.problem) } : {}),
      ...('problems' in event ? { problems: event.problems.map(problemJson) } : {}),
    }),
  )
}

const time = (ms: number): string => new Date(ms).toISOString()

/** `12:01:03 storage_engine/cache repaired in 0.4s (run 12)`. */
export function watchLine(event: WatchEvent, { color }: { readonly color: boolean }): string {
  const { good, bad, warn, calm, faint } = paletteOf(color)
  const told = (paint: Paint, text: string): string => `${faint(showClock(event.at))} ${paint(oneLine(text))}`
  const next = (nextAt: number | undefined): string =>
    nextAt === undefined ? '' : `, again in ${showDuration(nextAt - event.at)}`
  switch (event.type) {
    case 'started':
      return told(
        calm,
        `watching ${count(event.services, 'service')} on ${count(event.nodes, 'node')}; changes of blueprints are applied: ${event.apply}`,
      )
    case 'drifted':
      return told(warn, `${event.problem.message} ${ANSWERS[event.answer]}`)
    case 'ok':
      return told(good, `${event.service} is as declared again`)
    case 'repaired':
      return told(good, `${event.service} repaired in ${showDuration(event.ms)} (run ${event.run})`)
    case 'failed':
      return told(bad, `${event.service} failed${attemptsOf(event)}: ${messageOf(event.problem)}${next(event.nextAt)}`)
    case 'lost':
      return told(bad, `${event.node} is out of reach: ${messageOf(event.problem)}`)
    case 'back':
      return told(good, `${event.node} is back`)
    case 'pending':
      return told(
        warn,
        `${count(event.services.length, 'change')} for a person to apply (${event.services.map(({ address, action }) => `${action} ${address}`).join(', ')}): ${event.why}`,
      )
    case 'applied':
      return told(good, `applied ${event.services.join(', ')} in ${showDuration(event.ms)} (run ${event.run})`)
    case 'action':
      return told(
        event.state === 'ok' ? good : event.state === 'error' ? bad : faint,
        `${event.service} ${event.action} ${event.state}${event.problem ? `: ${messageOf(event.problem)}` : ''}${next(event.nextAt)}`,
      )
    case 'problem':
      return event.problems.map((problem) => told(bad, problemLine(problem))).join('\n')
    case 'reloaded':
      return told(calm, `the blueprints changed: ${count(event.services, 'service')} from now on`)
    case 'fetched':
      return told(calm, `git went from ${event.from.slice(0, 12)} to ${event.to.slice(0, 12)}`)
    case 'waiting':
      return told(warn, `waiting: ${event.problem.message}`)
    case 'stopping':
      return told(calm, 'stopping: what runs is finished first')
  }
}

const ANSWERS = {
  repairs: 'Repairing it.',
  later: 'Repairing it when the run that goes on has ended.',
  reports: '$heal is false: left as it is.',
  waits: 'Its blueprint changed as well.',
}

const attemptsOf = ({ attempts }: { readonly attempts: number }): string =>
  attempts > 1 ? ` (attempt ${attempts})` : ''

const messageOf = ({ code, message }: Problem): string => `${code} ${message.replace(/\.$/, '')}`
