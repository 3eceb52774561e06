/** Which pull or merge request a job of a CI is about, as the CI itself says. */
import { readFileSync } from 'node:fs'
import { environmentVariable } from '../../base/environment.ts'
import { ProblemsError } from '../../base/problem.ts'
import { isRecord } from './api.ts'
import type { RequestPlace } from './provider.ts'

export type ProviderName = 'github' | 'gitlab'

export interface AskedRequest {
  readonly provider: ProviderName
  readonly repository?: string
  readonly number?: number
}

/** Tokens come from the environment alone. Throws COMMENT_FAILED with what is missing. */
export function findRequest(asked: AskedRequest): Pick<RequestPlace, 'api' | 'repository' | 'number' | 'token'> {
  return asked.provider === 'github' ? onGithub(asked) : onGitlab(asked)
}

function onGithub({ repository, number }: AskedRequest): ReturnType<typeof findRequest> {
  return {
    api: apiAddress(environmentVariable('GITHUB_API_URL') ?? 'https://api.github.com'),
    repository: repository ?? needed('GITHUB_REPOSITORY', '--repository OWNER/NAME'),
    number:
      number ??
      numberOnGithub() ??
      missing('No pull request is given', 'Say --request NUMBER, or run it for the event pull_request.'),
    token: needed('GITHUB_TOKEN', 'it in the environment: `env: { GITHUB_TOKEN: ${{ github.token }} }`'),
  }
}

/** `refs/pull/12/merge`; for the closed ones and for comments only the event knows. */
function numberOnGithub(): number | undefined {
  const ref = /^refs\/pull\/(\d+)\//.exec(environmentVariable('GITHUB_REF') ?? '')?.[1]
  if (ref !== undefined) return Number(ref)
  const path = environmentVariable('GITHUB_EVENT_PATH')
  const event = path === undefined ? undefined : parse(path)
  const about = isRecord(event) ? (event.pull_request ?? event.issue) : undefined
  return isRecord(about) && typeof about.number === 'number' ? about.number : undefined
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function onGitlab({ repository, number }: AskedRequest): ReturnType<typeof findRequest> {
  const iid = environmentVariable('CI_MERGE_REQUEST_IID')
  return {
    api: apiAddress(environmentVariable('CI_API_V4_URL') ?? 'https://gitlab.com/api/v4'),
    // The pipeline of a fork runs in the fork; its merge request is elsewhere.
    repository:
      repository ??
      environmentVariable('CI_MERGE_REQUEST_PROJECT_ID') ??
      needed('CI_PROJECT_ID', '--repository PROJECT'),
    number:
      number ??
      (iid !== undefined && /^\d+$/.test(iid)
        ? Number(iid)
        : missing('No merge request is given', 'Say --request NUMBER, or run it in a merge request pipeline.')),
    token: needed('GITLAB_TOKEN', 'a project access token with the scope api; CI_JOB_TOKEN may not write notes'),
  }
}

function apiAddress(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return missing(`${url} is no address of an API`, 'It begins with https://.')
  return url.replace(/\/+$/, '')
}

const needed = (name: string, hint: string): string =>
  environmentVariable(name) ?? missing(`${name} is not set`, `Give ${hint}.`)

function missing(what: string, hint: string): never {
  throw new ProblemsError([{ code: 'COMMENT_FAILED', message: `${what}, so nothing can be written there.`, hint }])
}
