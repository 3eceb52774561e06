/** Two revisions compared, for people: each service that differs with its fields, links, reasons and things; then the sum. */
import type { Json } from '../../base/json.ts'
import { type Place, showPlace } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { isSealed } from '../../base/secret.ts'
import type { FieldChange } from '../../engine/kind.ts'
import type { RevisionsDiff } from '../../review/diff-revisions.ts'
import type { Change, ServiceDiff } from '../../review/difference.ts'
import type { FieldDiff } from '../../review/field-diff.ts'
import { fieldLines } from './field-change.ts'
import { type Palette, paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { radiusLine } from './plan.ts'
import { taskLines } from './service-plan.ts'

export interface RevisionsViewOptions {
  readonly color: boolean
  readonly width: number
  readonly linesMax?: number
}

export function revisionsView(diff: RevisionsDiff, options: RevisionsViewOptions): string {
  const palette = paletteOf(options.color)
  const view = { palette, width: options.width, linesMax: options.linesMax ?? 24 }
  const parts = [
    palette.bold(`${oneLine(diff.base.name)} → ${oneLine(diff.head.name)}`),
    diff.notes.map((note) => `${palette.warn('note:')} ${oneLine(note)}`).join('\n'),
    diff.warnings.map((one) => `${palette.warn('warning:')} ${oneLine(one.message)}`).join('\n'),
    ...diff.services.map((service) => serviceLines(service, view).join('\n')),
    actionLines(diff, palette).join('\n'),
    [sumOf(diff), ...radiusLine(diff.plan, palette), ...refusalsOf(diff)].join('\n'),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

interface View {
  readonly palette: Palette
  readonly width: number
  readonly linesMax: number
}

/** The sign before a service, its word and its colour. */
export const changeWords: Readonly<
  Record<Change, { readonly sign: string; readonly word: string; readonly paint: keyof Palette }>
> = {
  added: { sign: '+', word: 'added', paint: 'good' },
  removed: { sign: '-', word: 'removed', paint: 'bad' },
  renamed: { sign: '>', word: 'renamed', paint: 'calm' },
  changed: { sign: '~', word: 'changed', paint: 'warn' },
  touched: { sign: '*', word: 'touched', paint: 'calm' },
}

/** The lines of one service that differs. */
export function serviceLines(service: ServiceDiff, view: View): string[] {
  const { palette } = view
  const { sign, word, paint } = changeWords[service.change]
  const from = service.was ? palette.faint(` · was ${service.was}`) : ''
  const why = becauseLines(service)
  const at = service.derivedBy ? `made by ${service.derivedBy}` : showPlace(service.at)
  return [
    `${palette[paint](`${sign.padStart(3)} ${word.padEnd(8)}`)}${palette.bold(service.address)}${from}${palette.faint(` · ${at}`)}`,
    ...why.map((line) => palette.calm(`      because ${line}`)),
    ...fieldsOf(service, view).map((line) => `      ${line}`),
    ...linkLines(service).map((line) => `      ${line}`),
    ...workLines(service, view),
  ]
}

/** `storagecluster/cache: nrServer 4 → 2`, one per cause. */
export const becauseLines = ({ because }: Pick<ServiceDiff, 'because'>): string[] =>
  because.map(({ address, change, fields }) => {
    const shown = fields.slice(0, CAUSES_MAX).map((field) => `${oneLine(field.path)} ${wordsOf(field)}`)
    const more = fields.length - shown.length
    const what = shown.length === 0 ? `is ${changeWords[change].word}` : shown.join(', ')
    return `${address}${shown.length === 0 ? ' ' : ': '}${what}${more > 0 ? ` and ${more} more` : ''}`
  })

const CAUSES_MAX = 3

/** `4 → 2` on one line, cut where it is long. */
export function wordsOf({ from, to }: Pick<FieldDiff, 'from' | 'to'>): string {
  const word = (value: Json | undefined): string => {
    const named = withNames(value)
    const text = named === undefined ? 'nothing' : typeof named === 'string' ? named : JSON.stringify(named)
    return oneLine(text.length > WORD_MAX ? `${text.slice(0, WORD_MAX)}…` : text)
  }
  const [a, b] = [word(from), word(to)]
  return a === b ? `${a} (changed)` : `${a} → ${b}`
}

const WORD_MAX = 40

/** A secret is shown by its name: its value was never read. */
export function withNames(value: Json | undefined): Json | undefined {
  if (isSealed(value)) return `‹${value.ref ?? 'secret'}›`
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => withNames(one) ?? null)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withNames(one)]))
}

function fieldsOf({ fields }: ServiceDiff, { palette, width, linesMax }: View): string[] {
  const nameWidth = Math.min(28, Math.max(0, ...fields.map((field) => field.path.length))) + 2
  return fields.flatMap((field) => {
    const [from, to] = [withNames(field.from), withNames(field.to)]
    const isAlike = JSON.stringify(from) === JSON.stringify(to)
    const change: FieldChange = { path: field.path, from, to: isAlike ? `${to} (changed)` : to, how: 'in place' }
    const [first = '', ...rest] = fieldLines(change, { palette, width: width - 6, nameWidth, linesMax })
    return [`${first}${palette.faint(placesOf(field))}`, ...rest]
  })
}

function placesOf({ fromAt, toAt }: FieldDiff): string {
  const show = (at: Place | undefined): string => (at && at.file !== 'ays' ? showPlace(at) : '')
  const [from, to] = [show(fromAt), show(toAt)]
  if (from === to || from === '') return to === '' ? '' : `  ${to}`
  return to === '' ? `  was ${from}` : `  ${to}, was ${from}`
}

/** `consumes.nodes  + node/n3, - node/n1`. */
export const linkLines = ({ links }: Pick<ServiceDiff, 'links'>): string[] =>
  links.map(({ link, added, removed }) => {
    const words = [...removed.map((one) => `- ${one}`), ...added.map((one) => `+ ${one}`)]
    return `${link}  ${words.join(', ')}`
  })

function workLines({ work }: ServiceDiff, view: View): string[] {
  if (!work) return []
  const on = work.node && work.node !== work.address ? `on ${work.node} ` : ''
  const options = { ...view, commands: false, shown: new Map<string, string>(), unreachable: new Set<string>() }
  return [
    view.palette.faint(`      ${on}would ${work.action}:`),
    ...work.tasks.filter((task) => task.action !== 'none').flatMap((task) => taskLines(task, work, options)),
  ]
}

function actionLines({ actions }: RevisionsDiff, palette: Palette): string[] {
  return [
    ...actions.removed.map((one) => `${palette.bad('  - action')}  ${one.actions.join(', ')} · ${showPlace(one.at)}`),
    ...actions.added.map((one) => `${palette.good('  + action')}  ${one.actions.join(', ')} · ${showPlace(one.at)}`),
  ]
}

/** What apply would want to be allowed. */
const refusalsOf = ({ plan }: RevisionsDiff): string[] =>
  plan.blocked.map((one) => `${refusalWords(one)}: ${oneLine(one.message)}`)

/** A rule is lifted by nobody; all else is allowed by a word of the command. */
export const refusalWords = ({ code }: Problem): string =>
  code === 'POLICY_DENIED' ? 'Denied by policy.yaml' : 'Refused until allowed'

/** True when the two revisions declare something else. */
export const isDifferent = ({ services, actions, templates }: RevisionsDiff): boolean =>
  services.length + actions.added.length + actions.removed.length + templates.length > 0

/** `Diff: 1 added, 0 removed, 0 renamed, 1 changed, 3 touched through others.` */
export function sumOf(diff: RevisionsDiff): string {
  const { services, actions, templates } = diff
  const n = (change: Change): number => services.filter((one) => one.change === change).length
  const entries = actions.added.length + actions.removed.length
  if (!isDifferent(diff)) return 'No difference.'
  const more = [
    ...(n('touched') > 0 ? [`${n('touched')} touched through others`] : []),
    ...(entries > 0 ? [count(entries, 'entry of actions', 'entries of actions')] : []),
    ...(templates.length > 0 ? [`${count(templates.length, 'template')} changed: ${templates.join(', ')}`] : []),
  ]
  const first = `${n('added')} added, ${n('removed')} removed, ${n('renamed')} renamed, ${n('changed')} changed`
  return `Diff: ${[first, ...more].join('; ')}.`
}
