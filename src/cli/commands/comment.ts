import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Flags } from '@oclif/core'
import { systemClock } from '../../base/clock.ts'
import { environmentVariable } from '../../base/environment.ts'
import { bareNotes } from '../../engine/plan/notes.ts'
import { notesOfSaved } from '../../engine/plan/read-plan.ts'
import { lastPlanOf, sinceLast } from '../../review/comment/last-plan.ts'
import { lastPlanIn } from '../../review/comment/marker.ts'
import type { Provider } from '../../review/comment/provider.ts'
import { appendSummary } from '../../review/summary.ts'
import { AysCommand } from '../command.ts'
import { folderArg, usage, workspaceFlags } from '../options.ts'
import { readPlanFile } from '../plan-file.ts'
import { problemsOfPlan, readProblems } from '../read-problems.ts'
import { ownerOf, placeInRepository } from '../repository-place.ts'
import { annotations } from '../views/annotations.ts'
import { showJson } from '../views/json.ts'
import { planMarkdown } from '../views/markdown/plan.ts'
import { problemsMarkdown } from '../views/problems-markdown.ts'

/** `ays comment`: what a reviewer reads, put where he reads it. */
export default class Comment extends AysCommand {
  static override summary =
    'Write a plan, a diff or mistakes into a pull or merge request, and change that comment in place.'
  static override description =
    'There is one comment per workspace and environment, found again by an invisible mark; comments of others are never taken for it. The token comes from the environment: GITHUB_TOKEN or GITLAB_TOKEN. Without --provider only the rest is done: the summary where GITHUB_STEP_SUMMARY names its file, and the annotations.'
  static override args = folderArg
  static override flags = {
    env: workspaceFlags.env,
    provider: Flags.string({ description: 'Where the comment goes.', options: ['github', 'gitlab'] }),
    plan: Flags.string({
      description: 'A plan that `ays plan --out` wrote: shown, with what is new since the one in the comment.',
      helpValue: 'FILE',
    }),
    body: Flags.string({ description: 'Markdown to write; - reads it from the pipe.', helpValue: 'FILE' }),
    problems: Flags.string({
      description: 'What `ays validate --json` printed: written as a list where there is neither --plan nor --body.',
      helpValue: 'FILE',
    }),
    annotations: Flags.boolean({
      description: 'Print each problem with a place for GitHub Actions to show at its line.',
    }),
    request: Flags.integer({
      description: 'Number of the request; default: what the CI says.',
      helpValue: 'N',
      min: 1,
    }),
    repository: Flags.string({
      description: 'owner/name, or the project; default: what the CI says.',
      helpValue: 'NAME',
    }),
    last: Flags.boolean({ description: 'Write nothing: print what the comment remembers of its plan, as JSON.' }),
  }
  static override examples = [
    '<%= config.bin %> diff origin/main --format markdown | <%= config.bin %> comment --provider github --body -',
    '<%= config.bin %> comment web --provider gitlab --plan plan.json --env prod',
    '<%= config.bin %> comment --problems problems.json --annotations',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Comment)
    const folder = args.folder ?? '.'
    const owner = ownerOf(folder, flags.env ?? 'default')
    const provider = flags.provider ? await providerOf({ ...flags, provider: flags.provider }) : undefined
    if (flags.last) {
      if (!provider) throw usage('--last reads a comment, and no --provider is given.')
      const { findComment } = await import('../../review/comment/put-comment.ts')
      const found = await findComment(provider, owner)
      process.stdout.write(`${showJson((found && lastPlanIn(found.body)) ?? null)}\n`)
      return 0
    }
    const planned = flags.plan === undefined ? undefined : readPlanFile(flags.plan)
    const problems = [
      ...(flags.problems === undefined ? [] : readProblems(flags.problems)),
      ...(planned ? problemsOfPlan(planned.saved) : []),
    ]
    if (flags.annotations)
      for (const line of annotations(problems, placeInRepository(folder))) process.stdout.write(`${line}\n`)
    const given = await textOf(
      flags.body,
      flags.problems === undefined || planned ? undefined : problemsMarkdown(problems),
    )
    const words = (former: string | undefined): string => given ?? planText(planned, former)
    const summary = environmentVariable('GITHUB_STEP_SUMMARY')
    if (!given && !planned)
      throw usage('Nothing is given to write.', 'Say --plan FILE, --body FILE or --problems FILE.')
    if (!provider) {
      if (summary !== undefined) appendSummary(summary, words(undefined))
      return 0
    }
    const { sealComment } = await import('../../review/comment/marker.ts')
    const { putComment } = await import('../../review/comment/put-comment.ts')
    const last = planned && lastPlanOf(planned.plan, { saved: planned.saved.hash, run: runOfCi() })
    const { did, comment } = await putComment(provider, {
      owner,
      body: (former) => {
        const body = words(former)
        if (summary !== undefined) appendSummary(summary, body)
        return sealComment(owner, body, last, provider.charactersMax)
      },
      clock: systemClock,
      signal: new AbortController().signal,
    })
    this.show(
      flags,
      () => ({ format: 1, did, id: comment.id, url: comment.url ?? null }),
      () => `Comment ${did}${comment.url === undefined ? '' : `: ${comment.url}`}`,
    )
    return 0
  }
}

async function providerOf(flags: {
  readonly provider: string
  readonly repository?: string
  readonly request?: number
}): Promise<Provider> {
  const { findRequest } = await import('../../review/comment/find-request.ts')
  const provider = flags.provider === 'gitlab' ? 'gitlab' : 'github'
  const request = findRequest({
    provider,
    ...(flags.repository === undefined ? {} : { repository: flags.repository }),
    ...(flags.request === undefined ? {} : { number: flags.request }),
  })
  const place = { ...request, clock: systemClock, signal: new AbortController().signal }
  if (provider === 'github') return (await import('../../review/comment/github.ts')).githubComments(place)
  return (await import('../../review/comment/gitlab.ts')).gitlabNotes(place)
}

async function textOf(file: string | undefined, instead: string | undefined): Promise<string | undefined> {
  if (file === '-') return await text(process.stdin)
  return file === undefined ? instead : readFileSync(file, 'utf8')
}

/** The plan as a reviewer reads it who saw the one before. */
function planText(planned: ReadPlan | undefined, former: string | undefined): string {
  if (!planned) return ''
  const { saved, plan } = planned
  const last = former === undefined ? undefined : lastPlanIn(former)
  const since = last && sinceLast(last, plan)
  const notes = notesOfSaved(saved) ?? bareNotes(plan)
  return planMarkdown({ plan, hash: saved.hash, notes, ...(since ? { since } : {}) })
}

type ReadPlan = ReturnType<typeof readPlanFile>

/** What keeps the artifact: the run of GitHub's workflow, the job of GitLab's pipeline. */
function runOfCi(): string | undefined {
  const run = environmentVariable('GITHUB_RUN_ID') ?? environmentVariable('CI_JOB_ID')
  return run !== undefined && /^\d{1,20}$/.test(run) ? run : undefined
}
