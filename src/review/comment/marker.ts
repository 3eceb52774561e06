/** What a comment of ays carries unseen: whose it is, and what the plan that it shows was, for the next one. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type Static, Type } from 'typebox'
import { checkAgainst } from '../../engine/graph/schema.ts'

const lastPlan = Type.Object({
  /** Of the plan that is shown. */
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** Of the file that it was saved in: what is applied when this was reviewed. */
  saved: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** The run of the CI that made it, and keeps its artifact. */
  run: Type.Optional(Type.String({ pattern: '^[0-9]{1,20}$' })),
  /** Per service: address, action, verb or '', why, digest of its tasks. Absent: it had no room. */
  services: Type.Optional(
    Type.Array(Type.Tuple([Type.String(), Type.String(), Type.String(), Type.String(), Type.String()])),
  ),
})
/** What is remembered of the plan in the comment. */
export type LastPlan = Static<typeof lastPlan>

/** Which comment it is: one per workspace and environment. */
export interface CommentOwner {
  readonly workspace: string
  readonly environment: string
}

/** Characters of the part about the plan. GitHub's limit leaves that much beside 60,000 of text. */
const PLAN_MAX = 5_000

/** The first line of the comment. */
export const markerOf = ({ workspace, environment }: CommentOwner): string =>
  `<!-- ays comment ${word(workspace)} ${word(environment)} -->`

/** No two hyphens in a row: they would end the HTML comment. */
const word = (text: string): string => encodeURIComponent(text).replaceAll('-', '%2D')

/** The whole comment. Text over the limit is cut at a line, with what it opened closed. */
export function sealComment(owner: CommentOwner, text: string, plan: LastPlan | undefined, most: number): string {
  const head = `${markerOf(owner)}\n`
  const tail = plan ? `\n${planMark(plan)}\n` : ''
  return head + cutText(withoutMarks(text), most - head.length - tail.length) + tail
}

/** What stands in the text is never taken for a mark. */
const withoutMarks = (text: string): string => text.replaceAll('<!-- ays ', '<!--  ays ')

function planMark(plan: LastPlan): string {
  const { services: _, ...short } = plan
  const whole = `<!-- ays plan ${packed(plan)} -->`
  return whole.length <= PLAN_MAX ? whole : `<!-- ays plan ${packed(short)} -->`
}

const packed = (plan: LastPlan): string => deflateRawSync(JSON.stringify(plan)).toString('base64')

/** undefined: it holds none, or none of a form that this version knows. */
export function lastPlanIn(body: string): LastPlan | undefined {
  const found = /^<!-- ays plan ([A-Za-z0-9+/=]{1,5000}) -->\r?$/m.exec(body)
  if (!found) return undefined
  try {
    const text = inflateRawSync(Buffer.from(found[1] ?? '', 'base64'), { maxOutputLength: 1_048_576 }).toString('utf8')
    const plan: unknown = JSON.parse(text)
    return checkAgainst(lastPlan, plan).length === 0 ? (plan as LastPlan) : undefined // held against its schema
  } catch {
    return undefined
  }
}

/** At most that many characters. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const note = '\n\n… cut: the whole of it is in the log and the artifacts of the job.\n'
  const lines: string[] = []
  let left = most - note.length - CLOSING_MAX
  for (const line of text.split('\n')) {
    left -= line.length + 1
    if (left < 0) break
    lines.push(line)
  }
  return lines.join('\n') + closing(lines) + note
}

const CLOSING_MAX = 400

/** What the lines leave open: a fence, then folded parts. */
function closing(lines: readonly string[]): string {
  let fence = ''
  let open = 0
  for (const line of lines) {
    const run = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
    if (fence === '' && run !== '') fence = run
    else if (fence !== '' && run.startsWith(fence)) fence = ''
    if (fence === '') open += (line.match(/<details>/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length
  }
  const end = fence.length > 100 ? '' : fence
  return `${end === '' ? '' : `\n${end}`}${'\n\n</details>'.repeat(Math.max(0, Math.min(open, 20)))}`
}
