/** A plan as one HTML file to look through: attention first, everything searchable, the graph drawn. */
import type { ServicePlan } from '../../../engine/plan/plan.ts'
import { type Risk, riskOf } from '../../../engine/plan/risk.ts'
import { attentionOf } from '../review/attention.ts'
import { nodeRows } from '../review/by-node.ts'
import { doing, formerly, gist, riskiestFirst, whatHappens } from '../review/by-service.ts'
import { reasonWords } from '../review/cause-words.ts'
import { demandLines } from '../review/demands.ts'
import { detailOf, pathWords } from '../review/detail.ts'
import { driftRows } from '../review/drift.ts'
import type { Review } from '../review/review.ts'
import { sinceWords } from '../review/since-words.ts'
import { unknownsOf } from '../review/unknowns.ts'
import { headline, verdictLines } from '../review/verdict.ts'
import { bare, code, listed, strong, type Words } from '../review/words.ts'
import { graphPicture } from './graph.ts'
import { page } from './page.ts'
import { script } from './script.ts'
import { style } from './style.ts'
import { block, escaped, html } from './text.ts'

/** Services whose details stand in the page; of more only the line is there. */
const DETAILS_MAX = 1_000

export async function planHtml(review: Review): Promise<string> {
  const services = riskiestFirst(review.plan.services)
  const ids = new Map(services.map((service, i) => [service.address, i]))
  const picture = await graphPicture(review, (address) => ids.get(address))
  const body = [
    `<h1>${dot(riskOf(review.plan))} ${html(headline(review))}</h1>`,
    ...verdictLines(review).map((words) => `<p>${html(words)}</p>`),
    ...demandLines(review.plan, 'plan.json').map((words) => `<p>${html(words)}</p>`),
    review.since ? `<p>${html(sinceWords(review.since))}</p>` : '',
    attention(review),
    nodes(review),
    '<h2>Services</h2>',
    '<div class="search"><input type="search" placeholder="Find a service, a node, a file, a command" aria-label="Find"><span id="found" class="faint"></span></div>',
    ...services.map((service, i) => serviceBlock(service, review, i)),
    unknowns(review),
    drift(review),
    picture
      ? `<h2>What changes and what depends on it</h2>${picture.left > 0 ? `<p class="faint">Without ${picture.left.toLocaleString('en')} less risky services.</p>` : ''}<div class="scroll">${picture.svg}</div>`
      : '',
    `<p class="faint">${html(['Plan ', code(review.hash), '.'])}</p>`,
  ]
  return page({ title: bare(headline(review)), style, script, body: body.filter((part) => part !== '').join('\n') })
}

/** The risk as a coloured dot, with its word for those who do not see colours. */
const dot = (risk: Risk): string => `<span class="dot ${risk}" title="${risk} risk">●</span>`

function attention(review: Review): string {
  const lines = attentionOf(review)
  if (lines.length === 0) return ''
  const items = lines.map(({ risk, words }) => `<li class="${risk}">${dot(risk)} ${html(words())}</li>`)
  return `<h2>Attention</h2><ul class="attention">${items.join('\n')}</ul>`
}

function nodes({ plan }: Review): string {
  const rows = nodeRows(plan)
  if (rows.length === 0) return ''
  const columns = ['create', 'update', 'replace', 'remove', 'act', 'adopt', 'unknown'] as const
  const kept = columns.filter((action) => rows.some((row) => row.counts[action] > 0))
  const head = [...kept, 'reboots', 'commands'].map((name) => `<th class="number">${name}</th>`).join('')
  const lines = rows.map(({ node, risk, counts, reboots, restarts, commands }) => {
    const numbers = [...kept.map((action) => counts[action]), reboots, commands]
    const cells = numbers.map((n) => `<td class="number">${n === 0 ? '·' : n.toLocaleString('en')}</td>`).join('')
    return `<tr><td>${dot(risk)} ${html([code(node)])}</td>${cells}<td>${html(listed(restarts, 5))}</td></tr>`
  })
  return `<h2>Nodes</h2><div class="scroll"><table><tr><th>Node</th>${head}<th>restarts</th></tr>${lines.join('\n')}</table></div>`
}

function serviceBlock(service: ServicePlan, { plan, notes }: Review, i: number): string {
  const on: Words = service.node && service.node !== service.address ? [' on ', code(service.node)] : []
  const what = whatHappens(service, notes)
  const why = reasonWords(service, notes.causes[service.address])
  const text = bare([
    doing(service),
    ' ',
    service.address,
    ...on,
    ' ',
    ...gist(service, 1_000),
    ' ',
    ...why,
  ]).toLowerCase()
  const summary = `${dot(riskOf(service))} <span class="tag">${escaped(doing(service))}</span> ${html([code(service.address), ...formerly(plan, service), ...on])} <span class="faint">${html(what)}</span>`
  const inside = i < DETAILS_MAX ? detail(service, notes, why) : `<p>${html(['Why: ', ...why, '.'])}</p>`
  return `<details id="s-${i}" class="${service.action}" data-text="${escaped(text)}"><summary>${summary}</summary><div>${inside}</div></details>`
}

function detail(service: ServicePlan, notes: Review['notes'], why: Words): string {
  const { diff, path, nodes: own, problem } = detailOf(service, notes)
  return [
    `<p>${html(['Why: ', ...why, '.'])}</p>`,
    problem ? `<p>${html(['Problem: ', ...problem])}</p>` : '',
    diff.length > 0 ? block(diff, 'diff') : '',
    `<p>${html(['Path: ', ...pathWords(path), '.'])}</p>`,
    ...own.flatMap(({ node, commands, undo }) => [
      commands.length > 0
        ? `<p>${html(['On ', code(node), ':'])}</p>${block(commands, 'commands')}`
        : `<p>${html(['On ', code(node), ': no commands.'])}</p>`,
      undo.length > 0 ? `<p>${html([strong('Way back'), ' on ', code(node), ':'])}</p>${block(undo, 'commands')}` : '',
    ]),
  ].join('\n')
}

const unknowns = ({ plan }: Review): string =>
  table(
    'Not known yet',
    ['Service', 'What', 'Type', 'Decided by', 'When'],
    unknownsOf(plan).map((one) => [[code(one.service)], one.what, [code(one.type)], one.decidedBy, one.when]),
  )

const drift = ({ plan }: Review): string =>
  table(
    'Drift: nobody asked for it, apply puts it back',
    ['Service', 'Node', 'Thing', 'On the node → as declared'],
    driftRows(plan).map((one) => [[code(one.service)], [code(one.node)], [code(one.thing)], one.fields]),
  )

function table(title: string, head: readonly string[], rows: readonly (readonly Words[])[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`)
  return `<h2>${title}</h2><div class="scroll"><table><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr>${lines.join('\n')}</table></div>`
}
