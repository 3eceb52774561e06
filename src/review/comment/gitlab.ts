/** Notes of a merge request on GitLab (REST, v4). */
import { ApiError, apiOf, isRecord } from './api.ts'
import { type Comment, PAGES_MAX, type Provider, type RequestPlace } from './provider.ts'

export function gitlabNotes({ api: base, repository, number, token, clock, signal }: RequestPlace): Provider {
  const api = apiOf({
    base,
    headers: { accept: 'application/json', 'private-token': token },
    hint: 'GITLAB_TOKEN is a project access token with the scope api and at least the role Reporter; CI_JOB_TOKEN may not write notes.',
    clock,
    signal,
  })
  const notes = `/projects/${encodeURIComponent(repository)}/merge_requests/${number}/notes`
  let me: Promise<number | undefined> | undefined
  const written = (data: unknown): Comment => {
    const comment = commentOf(data, undefined)
    if (!comment) throw new ApiError(200, `${base} answered something that is no note.`)
    return { ...comment, own: true }
  }
  return {
    charactersMax: 1_000_000,
    async *comments() {
      for (let page = 1; page <= PAGES_MAX; page++) {
        const query = `sort=asc&order_by=created_at&per_page=100&page=${page}`
        const { data, headers } = await api.call('GET', `${notes}?${query}`)
        me ??= api.call('GET', '/user').then((user) => idIn(user.data))
        for (const one of Array.isArray(data) ? data : []) {
          const comment = commentOf(one, await me)
          if (comment) yield comment
        }
        if ((headers.get('x-next-page') ?? '') === '') return
      }
    },
    create: async (body) => written((await api.call('POST', notes, { body })).data),
    update: async (id, body) => written((await api.call('PUT', `${notes}/${id}`, { body })).data),
  }
}

const idIn = (data: unknown): number | undefined =>
  isRecord(data) && typeof data.id === 'number' ? data.id : undefined

function commentOf(data: unknown, me: number | undefined): Comment | undefined {
  if (!isRecord(data) || typeof data.id !== 'number' || typeof data.body !== 'string' || data.system === true)
    return undefined
  const author = isRecord(data.author) ? idIn(data.author) : undefined
  return { id: data.id, body: data.body, own: me !== undefined && author === me }
}
