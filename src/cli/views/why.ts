/** Why a service is planned as it is: a line per step, each with its place, from the blueprint to what is done. */
import type { Json } from '../../base/json.ts'
import { plain } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import type { Origin, Read } from '../../engine/blueprint/origin.ts'
import type { FieldChange } from '../../engine/kind.ts'
import type { WhyStep } from '../../engine/plan/why.ts'
import type { Why } from '../../workspace.ts'
import { effectWords, worstFirst } from './effects.ts'
import { fieldLines, nameOf, showValue } from './field-change.ts'
import { problemJson } from './json.ts'
import { type Palette, paletteOf, signOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { done, placeText, reasonWords } from './review/cause-words.ts'
import { bare } from './review/words.ts'
import { showTime } from './runs.ts'
import { whyWords } from './service-plan.ts'

/** For machines: problems with ranges. */
export function whyJson({ address, chain, steps }: Why): Json {
  const told = steps.map((step) =>
    'problem' in step && step.problem ? { ...step, problem: problemJson(step.problem) } : step,
  )
  return plain({ format: 1, address, chain, steps: told })
}

interface Line {
  readonly at?: Place | undefined
  readonly text: string
  /** Steps to the right. */
  readonly depth: number
}

export function whyView(why: Why, { color, width }: { readonly color: boolean; readonly width: number }): string {
  const palette = paletteOf(color)
  const lines = why.steps.flatMap((step) => linesOf(step, palette, width))
  const places = lines.map(({ at }) => (at ? oneLine(placeText(at)) : ''))
  const column = Math.max(0, ...places.map((place) => place.length)) + 2
  const rows = lines.map(
    ({ text, depth }, i) => `  ${palette.faint((places[i] ?? '').padEnd(column))}${'  '.repeat(depth)}${text}`,
  )
  return [headline(why, palette), '', ...rows].join('\n')
}

function headline({ address, chain, steps }: Why, { bold }: Palette): string {
  const [first] = chain
  if (first) return `${bold(address)} is ${done[first.action]}: ${bare(reasonWords(first, chain))}.`
  const isGone = steps.some(({ step }) => step === 'gone')
  return `${bold(address)} ${isGone ? 'is not declared, and nothing is done to it' : 'is as declared: there is nothing to do'}.`
}

function linesOf(step: WhyStep, palette: Palette, width: number): Line[] {
  const { bold, faint } = palette
  switch (step.step) {
    case 'declared': {
      const by = step.derivedBy ? `: ${step.derivedBy} declares it` : ''
      return [{ at: step.at, depth: 0, text: `${bold(step.service)} is declared ${faint(`(${step.template})`)}${by}` }]
    }
    case 'value': {
      const from = step.origin ? faint(`  from ${oneLine(step.origin.source)}`) : ''
      return [
        { at: step.at, depth: 1, text: `${step.field} is ${clipped(showValue(step.field, step.value), width)}${from}` },
        ...readLines(step.origin, width),
      ]
    }
    case 'link':
      return [{ at: step.at, depth: 0, text: `${bold(step.service)} ${linkWords(step)}` }]
    case 'renamed':
      return [{ depth: 1, text: `it was ${step.was} before` }]
    case 'thing': {
      const { sign, paint } = signOf(step.action)
      const changes = step.changes.slice(0, CHANGES_MAX).flatMap((change) => changeLines(change, palette, width))
      const more = step.changes.length - CHANGES_MAX
      return [
        { at: step.at, depth: 1, text: `${palette[paint](sign)} ${oneLine(step.thing)} on ${step.node}` },
        ...[...changes, ...(more > 0 ? [`and ${count(more, 'more field')}`] : [])].map((text) => ({ depth: 3, text })),
        ...step.commands.map((title) => ({ depth: 3, text: faint(`$ ${oneLine(title)}`) })),
        ...worstFirst(step.effects).map((effect) => ({ depth: 3, text: palette.warn(`⚠ ${effectWords(effect)}`) })),
        ...(step.problem
          ? [{ depth: 3, text: palette.bad(`${step.problem.code} ${oneLine(step.problem.message)}`) }]
          : []),
      ]
    }
    case 'action': {
      const { paint } = signOf(step.action)
      const words = step.verb === undefined ? done[step.action] : `to ${oneLine(step.verb)}`
      const why = whyWords({
        why: step.why,
        ...(step.waitsFor ? { waitsFor: step.waitsFor } : {}),
        ...(step.node ? { node: step.node } : {}),
      })
      const commands = step.commands > 0 ? `, ${count(step.commands, 'command')}` : ''
      return [
        {
          depth: 0,
          text: `${palette[paint](`→ ${step.service} is ${words}`)}${faint(`${why === '' ? '' : ` · ${why}`}${commands}`)}`,
        },
        ...(step.problem
          ? [{ depth: 1, text: palette.bad(`${step.problem.code} ${oneLine(step.problem.message)}`) }]
          : []),
      ]
    }
    case 'gone':
      return [
        {
          at: step.declaredAt,
          depth: 0,
          text: `${bold(step.service)} is not declared any more${step.run === undefined ? '' : `; run ${step.run} was the last that had it${step.declaredAt ? ', declared there' : ''}`}`,
        },
      ]
    case 'held':
      return [
        {
          depth: 0,
          text: palette.warn(
            `${step.service} stays ${step.rung === 'absent' ? 'away' : 'stopped'}: ${step.verb} by ${oneLine(step.who)}, ${showTime(step.at)}`,
          ),
        },
        { depth: 1, text: faint(`\`ays action start -s ${step.service}\` lifts it`) },
      ]
    case 'as declared':
      return [
        ...step.things.map((thing) => ({ depth: 1, text: `${oneLine(thing)} is as wanted` })),
        { depth: 0, text: `→ ${step.service} is as declared${appliedWords(step)}` },
      ]
  }
}

function appliedWords({ run, appliedAt }: Extract<WhyStep, { step: 'as declared' }>): string {
  if (run !== undefined)
    return `; last applied in run ${run}${appliedAt === undefined ? '' : `, ${showTime(appliedAt)}`}`
  return appliedAt === undefined ? '; it needs no apply' : `; last applied ${showTime(appliedAt)}`
}

/** What an expression reads, each with where that stands. */
export function originLines(origin: Origin | undefined, width: number): { at?: Place; text: string }[] {
  return (origin?.reads ?? []).map((read) => ({ ...(read.at ? { at: read.at } : {}), text: readWords(read, width) }))
}

const readLines = (origin: Origin | undefined, width: number): Line[] =>
  originLines(origin, width).map((line) => ({ ...line, depth: 2 }))

function readWords({ name, value, from, service }: Read, width: number): string {
  if (service) return `${name} is of ${service}`
  if (value === undefined) return `${name} ${name === 'each' ? 'is what $each gives' : 'is secret'}`
  const how = from === 'default' ? ' (its default)' : from === '--var' ? ' (from --var)' : ''
  return `${name} is ${clipped(showValue(name, value), width)}${how}`
}

function linkWords({ link, to }: { readonly link: string; readonly to: string }): string {
  switch (link) {
    case 'parent':
      return `stands on ${to}`
    case 'after':
      return `comes after ${to}`
    case 'node':
      return `goes with ${to}`
    case 'derivedBy':
      return `is declared by ${to}`
    default:
      return `consumes ${to} (${link})`
  }
}

const CHANGES_MAX = 6

/** Texts of several lines as a diff. */
function changeLines(change: FieldChange, palette: Palette, width: number): string[] {
  if ([change.from, change.to].every((text) => typeof text === 'string' && text.includes('\n')))
    return fieldLines(change, { palette, width: width - 40, nameWidth: nameOf(change).length + 2, linesMax: LINES_MAX })
  return [changeWords(change, width)]
}

const LINES_MAX = 12

function changeWords(change: FieldChange, width: number): string {
  const half = Math.floor(width / 2)
  const how =
    change.how === 'in place' ? '' : change.how === 'restart' ? '  (needs a restart)' : '  (needs it to be made anew)'
  return `${nameOf(change)}: ${shown(change.path, change.from, half)} → ${shown(change.path, change.to, half)}${how}`
}

const shown = (path: string, value: FieldChange['from'], width: number): string =>
  value === undefined || value === null ? 'absent' : clipped(showValue(path, value), width)

function clipped(text: string, width: number): string {
  const line = oneLine(text.replace(/\n$/, ''))
  const room = Math.max(24, width - 40)
  return line.length > room ? `${line.slice(0, room - 1)}…` : line
}
