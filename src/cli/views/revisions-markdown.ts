/** Two revisions compared, as a comment of a pull request: the verdict, what can hurt, a table, and the details folded. */
import { showPlace } from '../../base/place.ts'
import { riskOf } from '../../engine/plan/risk.ts'
import type { RevisionsDiff } from '../../review/diff-revisions.ts'
import type { Change, ServiceDiff } from '../../review/difference.ts'
import { code, escaped, fence } from './markdown/escape.ts'
import { paletteOf } from './paint.ts'
import { count } from './plain-text.ts'
import { becauseLines, changeWords, refusalWords, serviceLines, sumOf } from './revisions.ts'

/** Bytes that a comment may have, with room for what is put around it. */
const BYTES_MAX = 60_000

/** Whatever comes from blueprints stands in code spans and fences, where nothing is a link, a mention or HTML. */
export function revisionsMarkdown(diff: RevisionsDiff): string {
  const services = [...diff.services].sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change))
  const head = [
    `### ays diff: ${escaped(sumOf(diff).replace(/^Diff: /, ''))}`,
    `${code(diff.base.name)} → ${code(diff.head.name)} · environment ${code(diff.environment)} · risk **${riskOf(diff.plan)}** · no node was asked`,
    ...attention(diff),
    ...[...diff.notes, ...diff.warnings.map((one) => one.message)].map((note) => `> **Note:** ${escaped(note)}`),
  ].join('\n\n')
  const end = '\n\n<sub>Compared without state and without nodes: what is there may differ. `ays plan` looks.</sub>\n'
  const rows = services.map(row)
  const details = services.map(detail)
  return bounded(head, rows, details, end)
}

const order: readonly Change[] = ['removed', 'renamed', 'changed', 'added', 'touched']

/** Never folded: what would be lost, and what apply would refuse. */
function attention({ plan }: RevisionsDiff): string[] {
  const lines = [
    ...plan.radius.dataLoss.map((what) => `- **destroys data**: ${code(what)}`),
    ...plan.blocked.map((one) => `- **${refusalWords(one).toLowerCase()}**: ${escaped(one.message)}`),
  ]
  const shown = lines.slice(0, ATTENTION_MAX)
  const more = lines.length - shown.length
  return lines.length === 0 ? [] : [[...shown, ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n')]
}

const ATTENTION_MAX = 50

function row(service: ServiceDiff): string {
  const because = becauseLines(service)
  const own = [...service.fields.map((field) => field.path), ...service.links.map((link) => link.link)]
  const what =
    because.length > 0
      ? `because ${code(because.join('; '))}`
      : service.change === 'changed' || service.change === 'renamed'
        ? own
            .slice(0, 5)
            .map((path) => code(path))
            .join(', ')
        : ''
  const was = service.was ? ` (was ${code(service.was)})` : ''
  const node = service.work?.node ? code(service.work.node) : ''
  const place = service.derivedBy ? `made by ${code(service.derivedBy)}` : code(showPlace(service.at))
  return `| ${changeWords[service.change].word} | ${code(service.address)}${was} | ${node} | ${what} | ${place} |`
}

function detail(service: ServiceDiff): string {
  const text = serviceLines(service, { palette: paletteOf(false), width: 120, linesMax: 24 }).join('\n')
  const n = service.links.length > 0 ? `, ${count(service.links.length, 'link')}` : ''
  const summary = `${changeWords[service.change].word} ${code(service.address, 'html')}: ${count(service.fields.length, 'field')}${n}`
  return `<details><summary>${summary}</summary>\n\n${fence(text)}\n\n</details>`
}

/** Details are dropped first, then rows, from the end: the least weighty. What is dropped is counted. */
function bounded(head: string, rows: readonly string[], details: readonly string[], end: string): string {
  const table = (kept: readonly string[]): string =>
    kept.length === 0
      ? ''
      : `\n\n| | service | node | what | where |\n|---|---|---|---|---|\n${kept.join('\n')}${missing(rows.length - kept.length, 'service')}`
  let room = BYTES_MAX - bytesOf(head) - bytesOf(end) - 400
  const take = (some: readonly string[], share: number): readonly string[] => {
    let left = room * share
    const kept: string[] = []
    for (const one of some) {
      left -= bytesOf(one) + 2
      if (left < 0) break
      kept.push(one)
    }
    room -= kept.reduce((sum, one) => sum + bytesOf(one) + 2, 0)
    return kept
  }
  const shownRows = take(rows, 0.6)
  const shownDetails = take(details, 1)
  const folded = shownDetails.length === 0 ? '' : `\n\n${shownDetails.join('\n')}`
  return `${head}${table(shownRows)}${folded}${missing(details.length - shownDetails.length, 'detail')}${end}`
}

const missing = (n: number, what: string): string =>
  n > 0 ? `\n\n… and ${n} more ${what}${n === 1 ? '' : 's'}, which \`ays diff\` shows.` : ''

const bytesOf = (text: string): number => Buffer.byteLength(text)
