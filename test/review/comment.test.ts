import { afterEach, describe, expect, test, vi } from 'vitest'
import { ProblemsError } from '../../src/base/problem.ts'
import { findRequest } from '../../src/review/comment/find-request.ts'
import { githubComments } from '../../src/review/comment/github.ts'
import { gitlabNotes } from '../../src/review/comment/gitlab.ts'
import { cutText, type LastPlan, lastPlanIn, markerOf, sealComment } from '../../src/review/comment/marker.ts'
import type { Provider } from '../../src/review/comment/provider.ts'
import { findComment, putComment } from '../../src/review/comment/put-comment.ts'
import { type ApiServer, apiServer, TOKEN } from './api-server.ts'

const owner = { workspace: '4f49c234-9b34-4499-99eb-08b843e171e5', environment: 'prod' }
const { signal } = new AbortController()

let server: ApiServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** A clock that waits not at all and notes for how long it would have. */
function hurried(): { readonly waits: number[]; now(): number; sleep(ms: number): Promise<void> } {
  const waits: number[] = []
  return { waits, now: () => 0, sleep: async (ms) => void waits.push(ms) }
}

async function world(
  name: 'github' | 'gitlab',
  options: { readonly user?: 'bot' | 'person'; readonly token?: string } = {},
): Promise<{ readonly provider: Provider; readonly api: ApiServer; readonly clock: ReturnType<typeof hurried> }> {
  const api = await apiServer(options)
  server = api
  const clock = hurried()
  const place = { repository: 'acme/infra', number: 7, token: options.token ?? TOKEN, clock, signal }
  const provider =
    name === 'github' ? githubComments({ ...place, api: api.github }) : gitlabNotes({ ...place, api: api.gitlab })
  return { provider, api, clock }
}

const put = (provider: Provider, text: string, clock = hurried()) =>
  putComment(provider, {
    owner,
    body: () => sealComment(owner, text, undefined, provider.charactersMax),
    clock,
    signal,
  })

describe.each(['github', 'gitlab'] as const)('comments on %s', (name) => {
  test('there is one: made the first time, changed in place the second, left alone when nothing is new', async () => {
    const { provider, api } = await world(name)
    expect((await put(provider, 'one')).did).toBe('created')
    expect((await put(provider, 'two')).did).toBe('updated')
    expect((await put(provider, 'two')).did).toBe('unchanged')
    expect(api.comments.map((one) => one.body)).toEqual([`${markerOf(owner)}\ntwo`])
    const changing = api.calls.filter((call) => call.method !== 'GET').map((call) => call.method)
    expect(changing).toEqual(['POST', name === 'github' ? 'PATCH' : 'PUT'])
  })

  test('it is found on the third page', async () => {
    const { provider, api } = await world(name)
    for (let id = 1; id <= 250; id++) api.comments.push({ id, body: `talk ${id}`, who: 'anna' })
    await put(provider, 'one')
    api.calls.length = 0
    expect((await put(provider, 'two')).did).toBe('updated')
    const pages = api.calls.filter((call) => call.method === 'GET' && call.path.includes('page='))
    expect(pages.map((call) => /[?&]page=(\d+)/.exec(call.path)?.[1])).toEqual(['1', '2', '3'])
    expect(api.comments).toHaveLength(251)
  })

  test('a comment of someone else with the same mark is not taken for it', async () => {
    const { provider, api } = await world(name)
    api.comments.push({ id: 1, body: `${markerOf(owner)}\nnothing will happen`, who: 'mallory' })
    expect((await put(provider, 'one')).did).toBe('created')
    expect(api.comments[0]?.body).toContain('nothing will happen')
    expect((await findComment(provider, owner))?.id).toBe(2)
  })

  test('each workspace and environment has its own', async () => {
    const { provider, api } = await world(name)
    await put(provider, 'one')
    const other = { ...owner, environment: 'staging' }
    await putComment(provider, {
      owner: other,
      body: () => sealComment(other, 'two', undefined, 9_999),
      clock: hurried(),
      signal,
    })
    expect(api.comments).toHaveLength(2)
  })

  test('what fails by itself is tried again, for as long as it asks to wait', async () => {
    const { provider, api, clock } = await world(name)
    api.faults.push(
      { match: /GET .*page=1/, status: 502 },
      { match: /GET .*page=1/, status: 429, headers: { 'retry-after': '7' } },
    )
    expect((await put(provider, 'one')).did).toBe('created')
    expect(clock.waits).toEqual([1_000, 7_000])
  })

  test('a comment that was made although the answer got lost is not made twice', async () => {
    const { provider, api } = await world(name)
    api.faults.push({ match: /^POST/, status: 502, done: true })
    expect((await put(provider, 'one')).did).toBe('unchanged')
    expect(api.comments).toHaveLength(1)
  })

  test('who asks to wait for an hour is not waited for', async () => {
    const { provider, api, clock } = await world(name)
    api.faults.push({ match: /GET/, status: 429, headers: { 'retry-after': '3600' } })
    api.faults.push({ match: /GET/, status: 429, headers: { 'retry-after': '3600' } })
    api.faults.push({ match: /GET/, status: 429, headers: { 'retry-after': '3600' } })
    await expect(put(provider, 'one')).rejects.toThrow(/429.*asks to wait 3600 s/)
    expect(clock.waits).toEqual([])
  })

  test('a wrong token is told with the way out, and never shown', async () => {
    const { provider, clock } = await world(name, { token: 'wrong-token' })
    const error = await put(provider, 'one').catch((one: unknown) => one)
    expect(error).toBeInstanceOf(ProblemsError)
    const [problem] = (error as ProblemsError).problems
    expect(problem).toMatchObject({ code: 'COMMENT_FAILED', hint: expect.stringMatching(/_TOKEN/) })
    expect(problem?.message).toContain('401')
    expect(JSON.stringify(problem)).not.toContain('wrong-token')
    expect(clock.waits).toEqual([])
  })

  test('another address is not gone to with the token', async () => {
    const { provider, api } = await world(name)
    api.faults.push({ match: /GET/, status: 307, headers: { location: `${api.github}/user` } })
    await expect(put(provider, 'one')).rejects.toThrow(/points to another address, which is not followed/)
    expect(api.calls).toHaveLength(1)
  })

  test('a text over the limit is cut, and taken', async () => {
    const { provider, api } = await world(name)
    await put(provider, '```\n'.concat('a line of a plan\n'.repeat(100_000)))
    expect(api.comments[0]?.body.length).toBeLessThanOrEqual(provider.charactersMax)
    expect(api.comments[0]?.body).toMatch(/\n```\n\n… cut/)
  })
})

test('a token of a person finds the comments of that person', async () => {
  const { provider, api } = await world('github', { user: 'person' })
  api.comments.push({ id: 1, body: markerOf(owner), who: 'other[bot]' })
  expect((await put(provider, 'one')).did).toBe('created')
  expect((await put(provider, 'two')).did).toBe('updated')
  expect(api.comments[1]?.body).toContain('two')
})

test('an API that is not there is told, and is tried again before', async () => {
  const clock = hurried()
  const provider = githubComments({
    api: 'http://127.0.0.1:9',
    repository: 'acme/infra',
    number: 7,
    token: TOKEN,
    clock,
    signal,
  })
  await expect(put(provider, 'one', clock)).rejects.toThrow(/did not answer GET/)
  expect(clock.waits.length).toBeGreaterThan(3)
})

describe('what a comment remembers of its plan', () => {
  const hash = 'a'.repeat(64)
  const plan = (n: number): LastPlan => ({
    hash,
    saved: 'b'.repeat(64),
    run: '42',
    services: Array.from({ length: n }, (_, i) => [`file/${i}`, 'update', '', 'change', `${i}`.padStart(12, '0')]),
  })

  test('is read again as it was written', () => {
    expect(lastPlanIn(sealComment(owner, 'text', plan(20), 65_536))).toEqual(plan(20))
  })

  test('is no more than its hash where there are too many services', () => {
    const body = sealComment(owner, 'text', plan(5_000), 65_536)
    expect(lastPlanIn(body)).toEqual({ hash, saved: 'b'.repeat(64), run: '42' })
    expect(body.length).toBeLessThan(500)
  })

  test('is nothing where it was tampered with, is of another form, or was only quoted in the text', () => {
    expect(lastPlanIn('<!-- ays plan AAAA -->')).toBeUndefined()
    expect(lastPlanIn('no mark')).toBeUndefined()
    const quoted = sealComment(owner, sealComment(owner, 'x', plan(1), 9_999), undefined, 9_999)
    expect(lastPlanIn(quoted)).toBeUndefined()
  })

  test('a workspace cannot be named so that its mark ends early', () => {
    expect(markerOf({ workspace: '/a --> <b>', environment: 'x--y' })).toMatch(/^<!-- [^<>]+ -->$/)
    expect(markerOf({ workspace: 'a--b', environment: 'c' }).slice(4, -3)).not.toContain('--')
  })
})

test('what a cut text leaves open is closed', () => {
  const cut = cutText(
    `<details><summary>x</summary>\n\n\`\`\`\`diff\n${'line\n'.repeat(1_000)}\`\`\`\`\n</details>`,
    2_000,
  )
  expect(cut.length).toBeLessThanOrEqual(2_000)
  expect(cut).toMatch(/\n````\n\n<\/details>\n\n… cut/)
})

describe('which request it is', () => {
  afterEach(() => vi.unstubAllEnvs())
  const env = (values: Readonly<Record<string, string>>): void => {
    for (const name of ['GITHUB_REF', 'GITHUB_EVENT_PATH', 'GITHUB_REPOSITORY', 'GITHUB_TOKEN', 'GITHUB_API_URL'])
      vi.stubEnv(name, '')
    for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
  }

  test('the pull request whose merge is checked out', () => {
    env({ GITHUB_REF: 'refs/pull/12/merge', GITHUB_REPOSITORY: 'acme/infra', GITHUB_TOKEN: TOKEN })
    expect(findRequest({ provider: 'github' })).toEqual({
      api: 'https://api.github.com',
      repository: 'acme/infra',
      number: 12,
      token: TOKEN,
    })
  })

  test('the merge request of a pipeline in a fork is that of the project it is for', () => {
    env({
      CI_MERGE_REQUEST_IID: '3',
      CI_PROJECT_ID: '1',
      CI_MERGE_REQUEST_PROJECT_ID: '2',
      CI_API_V4_URL: 'https://gitlab.example/api/v4/',
      GITLAB_TOKEN: TOKEN,
    })
    expect(findRequest({ provider: 'gitlab' })).toMatchObject({
      api: 'https://gitlab.example/api/v4',
      repository: '2',
      number: 3,
    })
  })

  test.each([
    [{ GITHUB_REF: 'refs/pull/1/merge', GITHUB_REPOSITORY: 'a/b' }, /GITHUB_TOKEN is not set/],
    [{ GITHUB_REF: 'refs/heads/main', GITHUB_REPOSITORY: 'a/b', GITHUB_TOKEN: TOKEN }, /No pull request is given/],
    [{ GITHUB_REF: 'refs/pull/1/merge', GITHUB_TOKEN: TOKEN }, /GITHUB_REPOSITORY is not set/],
    [{ GITHUB_API_URL: 'file:///etc' }, /is no address of an API/],
  ])('%j is not enough, and what lacks is told', (values, message) => {
    env(values)
    expect(() => findRequest({ provider: 'github' })).toThrow(message)
  })
})
