/** One folded block per service, the riskiest first, as many as there is room for. */
import type { ServicePlan } from '../../../engine/plan/plan.ts'
import { riskOf } from '../../../engine/plan/risk.ts'
import { doing, riskiestFirst } from '../review/by-service.ts'
import { detailOf, pathWords, type ServiceDetail } from '../review/detail.ts'
import type { Review } from '../review/review.ts'
import { riskSign } from '../review/verdict.ts'
import { code, strong, type Words } from '../review/words.ts'
import { bytesOf, fitting } from './fit.ts'
import { fenced, inHtml, markdown } from './text.ts'

/** What of one service is shown, so that one long script does not push out all others. */
const SERVICE_MAX = 8_000

/** At most `bytesMax` bytes; what is cut is counted and found in the artifact. */
export function detailBlocks({ plan, notes }: Review, bytesMax: number, artifact: string): string {
  const services = riskiestFirst(plan.services)
  const blocks: string[] = []
  let left = bytesMax - 300
  for (const service of services) {
    const block = blockOf(service, detailOf(service, notes), artifact)
    left -= bytesOf(block) + 2
    if (left < 0) break
    blocks.push(block)
  }
  const cut = services.slice(blocks.length)
  if (cut.length === 0) return blocks.join('\n\n')
  const going = cut.filter(({ action }) => action === 'remove' || action === 'replace').length
  const among = going > 0 ? `, ${going.toLocaleString('en')} of them removed or replaced` : ''
  const words: Words = [
    `The details of ${cut.length.toLocaleString('en')} more services have no room here${among}: `,
    code(`ays show ${artifact}`),
    ' has them all.',
  ]
  return [...blocks, markdown(words)].join('\n\n')
}

function blockOf(service: ServicePlan, detail: ServiceDetail, artifact: string): string {
  const on: Words = service.node && service.node !== service.address ? [' on ', code(service.node)] : []
  const summary = inHtml([strong(doing(service)), ' ', code(service.address), ...on])
  const { why, diff, path, nodes, problem } = detail
  const parts = [
    markdown(['Why: ', ...why, '.']),
    ...(problem ? [markdown(['Problem: ', ...problem])] : []),
    ...(diff.length > 0 ? [cutFence(diff, 'diff', SERVICE_MAX * 0.35, artifact)] : []),
    markdown(['Path: ', ...pathWords(path), '.']),
    ...nodes.flatMap(({ node, commands, undo }) => [
      commands.length === 0
        ? markdown(['On ', code(node), ': no commands.'])
        : `${markdown(['On ', code(node), ':'])}\n\n${cutFence(commands, 'sh', SERVICE_MAX * 0.35, artifact)}`,
      ...(undo.length === 0
        ? []
        : [`${markdown(['Way back on ', code(node), ':'])}\n\n${cutFence(undo, 'sh', SERVICE_MAX * 0.2, artifact)}`]),
    ]),
  ]
  return `<details><summary>${riskSign[riskOf(service)]} ${summary}</summary>\n\n${parts.join('\n\n')}\n\n</details>`
}

function cutFence(lines: readonly string[], language: string, bytesMax: number, artifact: string): string {
  const fit = fitting(lines, bytesMax)
  const rest = lines.length - fit.length
  return fenced(rest > 0 ? [...fit, `… ${rest} more lines: ays show ${artifact}`] : fit, language)
}
