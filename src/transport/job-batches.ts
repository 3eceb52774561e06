/** Which jobs of an exchange go together: neighbours that only write files, and none touches what another looks at. */
import { isSecret, type Text } from '../base/secret.ts'
import type { Command } from '../engine/kind.ts'
import { type Group, groupQuestions } from './questions.ts'
import type { NodeJob, Question } from './transport.ts'

export interface Member {
  readonly job: NodeJob
  /** Its place in the exchange. */
  readonly place: number
  readonly commands: readonly Command[]
  /** Where its questions begin among those of its batch. */
  readonly expectFrom: number
  readonly afterFrom: number
}

/** Jobs whose looks, claims and writes are made together; one that does more than write files is alone. */
export interface Batch {
  readonly members: readonly Member[]
  /** The looks before and after the commands, for all of them. */
  readonly expected: readonly Group[]
  readonly after: readonly Group[]
}

/** A batch is checked pair by pair, and its looks fail together: so it does not grow without end. */
const QUESTIONS_MAX = 500

/** `apart`: each job alone. */
export function batchesOf(jobs: readonly NodeJob[], apart: boolean): Batch[] {
  const batches: { jobs: NodeJob[]; from: number }[] = []
  let open: Reach | undefined
  jobs.forEach((job, place) => {
    const reach = apart ? undefined : reachOf(job)
    const last = batches.at(-1)
    if (last && open && reach && mayJoin(open, reach)) {
      last.jobs.push(job)
      addTo(open, reach)
    } else {
      batches.push({ jobs: [job], from: place })
      open = reach
    }
  })
  return batches.map(({ jobs, from }) => batchOf(jobs, from))
}

/** The plain or secret text that a command brings along. */
export function payloadOf(command: Command): Text | undefined {
  return 'write' in command.run ? command.run.content : command.run.stdin
}

/** The commands whose output may repeat a secret: one that they were given, or one that they read on the node. */
export const tellingOf = ({ commands }: Member): number[] =>
  commands.flatMap((command, i) => (!('write' in command.run) || isSecret(payloadOf(command)) ? [i] : []))

function batchOf(jobs: readonly NodeJob[], from: number): Batch {
  const members: Member[] = []
  const expected: Question[] = []
  const after: Question[] = []
  jobs.forEach((job, i) => {
    members.push({
      job,
      place: from + i,
      commands: job.steps.flatMap((step) => step.commands),
      expectFrom: expected.length,
      afterFrom: after.length,
    })
    expected.push(...job.expect.map((expect) => expect.question))
    after.push(...job.afterwards)
  })
  return { members, expected: groupQuestions(expected), after: groupQuestions(after) }
}

/** What a job that only writes files changes and looks at. */
interface Reach {
  readonly things: Set<string>
  readonly writes: Set<string>
  /** Folders above what it writes: they may be made for it. */
  readonly above: Set<string>
  /** Words of its looks that are paths. */
  readonly looked: Set<string>
  questions: number
}

/** Undefined for a job that does more than write files: what that touches cannot be told. */
function reachOf(job: NodeJob): Reach | undefined {
  if (job.undo) return undefined
  const asked = [...job.expect.map((expect) => expect.question), ...job.afterwards]
  const reach: Reach = {
    things: new Set([
      ...job.claim.map(({ thing }) => thing),
      ...job.unclaim,
      ...job.steps.map((step) => step.question.thing),
      ...asked.map((question) => question.thing),
    ]),
    writes: new Set(),
    above: new Set(),
    looked: new Set(),
    questions: asked.length,
  }
  for (const command of job.steps.flatMap((step) => step.commands)) {
    if (!('write' in command.run) || command.guard || command.locks?.length) return undefined
    reach.writes.add(command.run.write)
    for (const folder of foldersAbove(command.run.write)) reach.above.add(folder)
  }
  for (const question of asked)
    for (const word of question.kind.look(question.wanted).args) if (word.startsWith('/')) reach.looked.add(word)
  return reach
}

function mayJoin(open: Reach, more: Reach): boolean {
  if (open.questions + more.questions > QUESTIONS_MAX) return false
  if (meet(open.things, more.things) || touches(open, more) || touches(more, open)) return false
  return true
}

/** What one writes is looked at or written by the other, or lies above or below that. */
function touches(one: Reach, other: Reach): boolean {
  for (const path of [...other.writes, ...other.looked]) {
    if (one.writes.has(path) || one.above.has(path)) return true
    for (const folder of foldersAbove(path)) if (one.writes.has(folder)) return true
  }
  return false
}

function addTo(open: Reach, more: Reach): void {
  for (const name of ['things', 'writes', 'above', 'looked'] as const)
    for (const word of more[name]) open[name].add(word)
  open.questions += more.questions
}

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const word of other) if (one.has(word)) return true
  return false
}

function foldersAbove(path: string): string[] {
  const folders: string[] = []
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at))
  return folders
}
