/** Where the comments of a pull or merge request are. */
import type { Clock } from '../../base/clock.ts'

export interface Provider {
  /** Characters that a comment may have. */
  readonly charactersMax: number
  /** Page by page, the oldest first. */
  comments(): AsyncIterable<Comment>
  create(body: string): Promise<Comment>
  update(id: number, body: string): Promise<Comment>
}

export interface Comment {
  readonly id: number
  readonly body: string
  /** False: someone else wrote it, whatever stands in it. */
  readonly own: boolean
  readonly url?: string
}

/** Which pull or merge request. */
export interface RequestPlace {
  /** `https://api.github.com`, `https://gitlab.example/api/v4`. */
  readonly api: string
  /** `owner/name`; for GitLab the id of the project or its path. */
  readonly repository: string
  readonly number: number
  readonly token: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** More pages than this are no request that people talk in. */
export const PAGES_MAX = 100
