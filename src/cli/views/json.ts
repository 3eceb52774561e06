/** What machines read of a command: stable shapes with a format number. */

import type { Json } from '../../base/json.ts'
import { plain } from '../../base/json.ts'
import { isError, type Problem, sortProblems } from '../../base/problem.ts'
import { planJson, problemJson } from '../../engine/plan/plan-json.ts'
import type { Holder, JobRow, Run } from '../../store/store.ts'
import type { ApplyResult, ServiceStatus } from '../../workspace.ts'

export { planJson, problemJson }

/** Two spaces, a line break at the end; secrets appear as `{ sealed, ref }`. */
export const showJson = (value: unknown): string => JSON.stringify(plain(value), null, 2)

/** Problems with ranges, for editors: 1-based, the end exclusive. */
export function problemsJson(problems: readonly Problem[]): Json {
  return { problems: sortProblems(problems).map(problemJson), errors: problems.filter(isError).length }
}

export function applyJson(result: ApplyResult): Json {
  return plain({ format: 1, ...result, problems: result.problems.map(problemJson), jobs: result.jobs.map(jobJson) })
}

export function statusJson(services: readonly ServiceStatus[]): Json {
  return plain({
    format: 1,
    services: services.map((one) => ({ ...one, lastJob: one.lastJob ? jobJson(one.lastJob) : undefined })),
  })
}

export function runsJson(runs: readonly Run[], holder: Holder | undefined): Json {
  return plain({ format: 1, runs: runs.map((run) => runJson(run)), holder: holder ?? null })
}

export function runJson(run: Run, jobs?: readonly JobRow[]): Json {
  const times = { startedAt: time(run.startedAt), ...(run.endedAt === undefined ? {} : { endedAt: time(run.endedAt) }) }
  return plain({ ...run, ...times, ...(jobs ? { jobs: jobs.map(jobJson) } : {}) })
}

const jobJson = (job: JobRow): Json =>
  plain({
    ...job,
    problem: job.problem && problemJson(job.problem),
    startedAt: job.startedAt === undefined ? undefined : time(job.startedAt),
    endedAt: job.endedAt === undefined ? undefined : time(job.endedAt),
  })

const time = (ms: number): string => new Date(ms).toISOString()
