/** Comments of a pull request on GitHub (REST, 2022-11-28): issues/comments. */
import { type Api, ApiError, apiOf, isRecord } from './api.ts'
import { type Comment, PAGES_MAX, type Provider, type RequestPlace } from './provider.ts'

export function githubComments({ api: base, repository, number, token, clock, signal }: RequestPlace): Provider {
  const api = apiOf({
    base,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    hint: 'Give the job `permissions: pull-requests: write` and GITHUB_TOKEN. The token of a pull request from a fork may only read.',
    clock,
    signal,
  })
  const [owner = '', name = ''] = repository.split('/')
  const repo = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`
  let me: Promise<string | undefined> | undefined
  const read = async (data: unknown): Promise<Comment | undefined> => {
    me ??= loginOf(api)
    return commentOf(data, await me)
  }
  const written = async (data: unknown): Promise<Comment> => {
    const comment = commentOf(data, undefined)
    if (!comment) throw new ApiError(200, `${base} answered something that is no comment.`)
    return { ...comment, own: true }
  }
  return {
    charactersMax: 65_536,
    async *comments() {
      for (let page = 1; page <= PAGES_MAX; page++) {
        const { data, headers } = await api.call('GET', `${repo}/issues/${number}/comments?per_page=100&page=${page}`)
        for (const one of Array.isArray(data) ? data : []) {
          const comment = await read(one)
          if (comment) yield comment
        }
        if (!/;\s*rel="next"/.test(headers.get('link') ?? '')) return
      }
    },
    create: async (body) => written((await api.call('POST', `${repo}/issues/${number}/comments`, { body })).data),
    update: async (id, body) => written((await api.call('PATCH', `${repo}/issues/comments/${id}`, { body })).data),
  }
}

/** undefined: the token is no person's, such as that of a workflow, and may not ask who it is. */
async function loginOf(api: Api): Promise<string | undefined> {
  try {
    const { data } = await api.call('GET', '/user')
    return isRecord(data) && typeof data.login === 'string' ? data.login : undefined
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return undefined
    throw error
  }
}

/** A token that is no person's writes as a bot; nobody who only opens pull requests can. */
function commentOf(data: unknown, login: string | undefined): Comment | undefined {
  if (!isRecord(data) || typeof data.id !== 'number' || typeof data.body !== 'string') return undefined
  const user = isRecord(data.user) ? data.user : {}
  const own = login === undefined ? user.type === 'Bot' : user.login === login
  return { id: data.id, body: data.body, own, ...(typeof data.html_url === 'string' ? { url: data.html_url } : {}) }
}
