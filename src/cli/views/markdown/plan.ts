/** A plan as a comment on a pull request: the verdict, what to look at, tables; all else is folded. */
import { riskOf } from '../../../engine/plan/risk.ts'
import { type AttentionLine, attentionOf } from '../review/attention.ts'
import { demandLines } from '../review/demands.ts'
import { driftRows } from '../review/drift.ts'
import type { Review } from '../review/review.ts'
import { sinceWords } from '../review/since-words.ts'
import { unknownsOf } from '../review/unknowns.ts'
import { headline, riskSign, verdictLines } from '../review/verdict.ts'
import { code, type Words } from '../review/words.ts'
import { detailBlocks } from './details.ts'
import { bytesOf, countedBy, fitting } from './fit.ts'
import { mermaidOf } from './mermaid.ts'
import { nodeTable, serviceTable } from './tables.ts'
import { fenced, markdown, row } from './text.ts'

export interface MarkdownOptions {
  /** The comment is never longer; GitHub takes 65,536 characters. */
  readonly bytesMax?: number
  /** Where the whole plan is, for what had no room: `plan.json`. */
  readonly artifact?: string
}

/** At any size of the plan it ends within `bytesMax`: the riskiest stays, the rest is counted. */
export function planMarkdown(
  review: Review,
  { bytesMax = 60_000, artifact = 'plan.json' }: MarkdownOptions = {},
): string {
  const head = [
    `### ${riskSign[riskOf(review.plan)]} ${markdown(headline(review))}`,
    ...verdictLines(review).map(markdown),
    ...demandLines(review.plan, artifact).map(markdown),
  ].join('\n\n')
  const parts = [
    head,
    ...(review.since ? [markdown(sinceWords(review.since))] : []),
    attention(review, bytesMax * 0.25),
    nodeTable(review, bytesMax * 0.08),
    serviceTable(review, bytesMax * 0.16),
  ]
  const after = [
    unknowns(review, bytesMax * 0.05),
    drift(review, bytesMax * 0.05),
    graph(review, bytesMax * 0.08),
    howToApply(review, artifact),
  ]
  const rest = bytesMax - [...parts, ...after].reduce((sum, part) => sum + bytesOf(part) + 2, 0)
  const details = detailBlocks(review, rest - 100, artifact)
  return `${[...parts, details, ...after].filter((part) => part !== '').join('\n\n')}\n`
}

/** Lines of one sort before the rest is counted. */
const OF_A_SORT = 15

function attention(review: Review, bytesMax: number): string {
  const all = attentionOf(review)
  if (all.length === 0) return ''
  const seen = new Map<string, number>()
  const shown: AttentionLine[] = []
  const cut: AttentionLine[] = []
  for (const line of all) {
    const n = (seen.get(line.sort) ?? 0) + 1
    seen.set(line.sort, n)
    if (n <= OF_A_SORT) shown.push(line)
    else cut.push(line)
  }
  const lines = fitting(attentionLines(shown), bytesMax - 300)
  cut.unshift(...shown.slice(lines.length))
  const more = cut.length > 0 ? [`- … and ${countedBy(cut.map((line) => line.sort))}`] : []
  return ['**Attention**', '', ...lines, ...more].join('\n')
}

function* attentionLines(all: readonly AttentionLine[]): Generator<string> {
  for (const { risk, words } of all) yield `- ${riskSign[risk]} ${markdown(words())}`
}

function unknowns(review: Review, bytesMax: number): string {
  const all = unknownsOf(review.plan)
  return table(
    'Not known yet',
    ['Service', 'What', 'Type', 'Decided by', 'When'],
    all.map(({ service, what, type, decidedBy, when }) => [[code(service)], what, [code(type)], decidedBy, when]),
    bytesMax,
  )
}

const drift = (review: Review, bytesMax: number): string =>
  table(
    'Drift: nobody asked for it, apply puts it back',
    ['Service', 'Node', 'Thing', 'On the node → as declared'],
    driftRows(review.plan).map(({ service, node, thing, fields }) => [
      [code(service)],
      [code(node)],
      [code(thing)],
      fields,
    ]),
    bytesMax,
  )

function table(title: string, head: readonly string[], rows: readonly (readonly Words[])[], bytesMax: number): string {
  if (rows.length === 0) return ''
  const lines = fitting(
    rows.slice(0, 200).map((cells) => row(cells.map(markdown))),
    bytesMax - 300,
  )
  const more =
    rows.length > lines.length ? ['', `… and ${(rows.length - lines.length).toLocaleString('en')} more.`] : []
  return [`**${title}**`, '', row(head), row(head.map(() => '---')), ...lines, ...more].join('\n')
}

function graph(review: Review, bytesMax: number): string {
  for (const boxes of [40, 20, 10]) {
    const drawn = mermaidOf(review, boxes)
    if (!drawn) return ''
    const text = fenced(drawn.lines, 'mermaid')
    if (bytesOf(text) > bytesMax - 300) continue
    const left = drawn.left > 0 ? `, without ${drawn.left.toLocaleString('en')} more services` : ''
    return `<details><summary>What changes and what depends on it${left}</summary>\n\n${text}\n\n</details>`
  }
  return ''
}

function howToApply({ hash }: Review, artifact: string): string {
  const apply = [
    'Apply: ',
    code(`ays apply ${artifact}`),
    ' applies exactly this plan (',
    code(hash),
    ') or refuses it as stale.',
  ]
  const back = ' Way back: revert the change and apply again; the commands of every way back are in the details.'
  return markdown([...apply, back])
}
