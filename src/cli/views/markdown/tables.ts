/** The two tables of a comment: by node and by service, the riskiest first. */
import type { ServicePlan } from '../../../engine/plan/plan.ts'
import { riskOf } from '../../../engine/plan/risk.ts'
import { type NodeRow, nodeRows } from '../review/by-node.ts'
import { doing, formerly, riskiestFirst, whatHappens } from '../review/by-service.ts'
import { reasonWords } from '../review/cause-words.ts'
import type { Review } from '../review/review.ts'
import { riskSign } from '../review/verdict.ts'
import { code, listed, type Words } from '../review/words.ts'
import { fitting } from './fit.ts'
import { markdown, row } from './text.ts'

/** Rows that stand open; a longer table is folded behind them. */
const OPEN = 12

export function nodeTable({ plan }: Review, bytesMax: number): string {
  const rows = nodeRows(plan)
  const columns: readonly [string, (row: NodeRow) => number | Words][] = [
    ['create', ({ counts }) => counts.create],
    ['update', ({ counts }) => counts.update],
    ['replace', ({ counts }) => counts.replace],
    ['remove', ({ counts }) => counts.remove],
    ['act', ({ counts }) => counts.act],
    ['adopt', ({ counts }) => counts.adopt],
    ['unknown', ({ counts }) => counts.unknown],
    ['reboots', ({ reboots }) => reboots],
    ['restarts', ({ restarts }) => (restarts.length > 0 ? listed(restarts, 3) : 0)],
    ['commands', ({ commands }) => commands],
  ]
  // A column of nothing but noughts says nothing, but for what a reviewer looks for.
  const kept = columns.filter(([name, of]) => always.includes(name) || rows.some((one) => of(one) !== 0))
  const cells = (one: NodeRow): string[] =>
    kept.map(([, of]) => {
      const value = of(one)
      return value === 0 ? '·' : typeof value === 'number' ? value.toLocaleString('en') : markdown(value)
    })
  return openAndFolded({
    head: ['Node', ...kept.map(([name]) => name)],
    align: ['---', ...kept.map(([name]) => (name === 'restarts' ? '---' : '--:'))],
    rows: rows.map((one) => () => [`${riskSign[one.risk]} ${markdown([code(one.node)])}`, ...cells(one)]),
    what: 'nodes',
    bytesMax,
  })
}

const always = ['create', 'update', 'replace', 'remove', 'reboots', 'restarts', 'commands']

export function serviceTable({ plan, notes }: Review, bytesMax: number): string {
  const services = riskiestFirst(plan.services)
  return openAndFolded({
    head: ['Service', 'Node', '', 'What', 'Why'],
    align: ['---', '---', '---', '---', '---'],
    rows: services.map((service) => () => [
      `${riskSign[riskOf(service)]} ${markdown([code(service.address), ...formerly(plan, service)])}`,
      nodeOf(service),
      markdown([doing(service)]),
      markdown(whatHappens(service, notes)),
      markdown(reasonWords(service, notes.causes[service.address])),
    ]),
    what: 'services',
    bytesMax,
  })
}

const nodeOf = ({ node, address }: ServicePlan): string => (node && node !== address ? markdown([code(node)]) : '')

interface Table {
  readonly head: readonly string[]
  readonly align: readonly string[]
  /** Made only as long as they fit. */
  readonly rows: readonly (() => readonly string[])[]
  readonly what: string
  readonly bytesMax: number
}

function openAndFolded({ head, align, rows, what, bytesMax }: Table): string {
  if (rows.length === 0) return ''
  const top = [row(head), row(align)]
  const fit = fitting(made(rows), bytesMax - 2 * top.join('\n').length - 200)
  const open = rows.length <= OPEN + 3 ? fit : fit.slice(0, OPEN)
  const folded = fit.slice(open.length)
  const cut = rows.length - fit.length
  const left = cut > 0 ? `… and ${cut.toLocaleString('en')} more ${what}, none of them riskier than these.` : ''
  if (folded.length === 0) return [...top, ...open, ...(left === '' ? [] : ['', left])].join('\n')
  const summary = `<details><summary>${folded.length.toLocaleString('en')} more ${what}</summary>`
  return [
    ...top,
    ...open,
    '',
    summary,
    '',
    ...top,
    ...folded,
    ...(left === '' ? [] : ['', left]),
    '',
    '</details>',
  ].join('\n')
}

function* made(rows: Table['rows']): Generator<string> {
  for (const one of rows) yield row(one())
}
