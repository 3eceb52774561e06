/** One JSON API over HTTP: bounded, tried again where that may help, and never telling the token. */
import type { Clock } from '../../base/clock.ts'
import { ProblemsError } from '../../base/problem.ts'

export interface Api {
  /** Throws COMMENT_FAILED for any answer but 2xx, after what may pass by itself was tried again. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, body?: object): Promise<Answer>
}

export interface Answer {
  readonly data: unknown
  readonly headers: Headers
}

export interface ApiOptions {
  /** `https://api.github.com`, without a final slash. */
  readonly base: string
  readonly headers: Readonly<Record<string, string>>
  /** What to do about 401, 403 and 404, for people. */
  readonly hint: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The API said no. `status` 0: it did not answer. */
export class ApiError extends ProblemsError {
  readonly status: number
  constructor(status: number, message: string, hint?: string) {
    super([{ code: 'COMMENT_FAILED', message, ...(hint === undefined ? {} : { hint }) }])
    this.status = status
  }
}

export const apiOf = (options: ApiOptions): Api => ({
  call: async (method, path, body) => {
    for (let attempt = 0; ; attempt++) {
      const answer = await once(options, { method, path, body })
      if ('data' in answer) return answer
      // Sent twice, a POST might be done twice: who calls it looks first what became of the first one.
      const waitMs = method === 'POST' ? undefined : waitOf(answer, attempt)
      if (waitMs === undefined) throw errorOf(answer, options, `${method} ${path}`)
      await options.clock.sleep(waitMs, options.signal)
    }
  },
})

interface Refusal {
  readonly status: number
  readonly said: string
  readonly retryAfterMs: number | undefined
}

async function once(
  { base, headers, signal }: ApiOptions,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: object | undefined },
): Promise<Answer | Refusal> {
  let response: Response
  let text: string
  try {
    response = await fetch(`${base}${path}`, {
      method,
      // To another address the token would go along.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      headers: { ...headers, 'user-agent': 'ays', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    text = await textOf(response)
  } catch (error) {
    if (signal.aborted) throw error
    return { status: 0, said: reasonOf(error), retryAfterMs: undefined }
  }
  const data = parse(text)
  if (response.ok && data !== undefined) return { data, headers: response.headers }
  const said = response.ok ? 'its answer is no JSON' : messageIn(data)
  return { status: response.status, said, retryAfterMs: retryAfterOf(response.headers) }
}

/** What is still to come is not read: a page of comments is far smaller. */
async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`its answer is larger than ${ANSWER_BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** undefined: not again. */
function waitOf({ status, retryAfterMs }: Refusal, attempt: number): number | undefined {
  const isLimited = status === 429 || (status === 403 && retryAfterMs !== undefined)
  if (!(status === 0 || status >= 500 || status === 408 || isLimited)) return undefined
  const own = WAITS_MS[attempt]
  if (own === undefined || (retryAfterMs ?? 0) > RETRY_AFTER_MAX_MS) return undefined
  return Math.max(own, retryAfterMs ?? 0)
}

/** True where the same may well work a little later. */
export const mayPass = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500 || [408, 429].includes(error.status))

const WAITS_MS = [1_000, 2_000, 5_000, 10_000]
const RETRY_AFTER_MAX_MS = 120_000
const ANSWER_MS = 30_000
const ANSWER_BYTES_MAX = 64 * 1_048_576

/** Seconds or a date; a date counts as its seconds from the answer's own date. */
function retryAfterOf(headers: Headers): number | undefined {
  const given = headers.get('retry-after')
  if (given === null) return undefined
  if (/^\d+$/.test(given.trim())) return Number(given) * 1_000
  const [until, now] = [Date.parse(given), Date.parse(headers.get('date') ?? '')]
  return Number.isNaN(until) || Number.isNaN(now) ? undefined : Math.max(0, until - now)
}

function errorOf({ status, said, retryAfterMs }: Refusal, { base, hint }: ApiOptions, what: string): ApiError {
  const host = URL.canParse(base) ? new URL(base).host : base
  if (status === 0) return new ApiError(0, `${host} did not answer ${what}: ${said}.`, 'Is the address right?')
  const after = retryAfterMs === undefined ? '' : `; it asks to wait ${Math.ceil(retryAfterMs / 1_000)} s`
  const isRedirect = status >= 300 && status < 400
  const why = isRedirect ? 'it points to another address, which is not followed' : said
  return new ApiError(
    status,
    `${host} answered ${status} to ${what}${why === '' ? '' : `: ${why}`}${after}.`,
    [401, 403, 404].includes(status) ? hint : undefined,
  )
}

/** Both APIs say what is wrong as `message` or `error`, GitLab sometimes as a map. */
function messageIn(data: unknown): string {
  const said = isRecord(data) ? (data.message ?? data.error) : undefined
  const text = typeof said === 'string' ? said : said === undefined ? '' : JSON.stringify(said)
  return text.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return cause.name === 'TimeoutError' ? 'it took too long' : cause.message || cause.name
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
