/** One comment per workspace and environment, changed in place. */
import type { Clock } from '../../base/clock.ts'
import { mayPass } from './api.ts'
import { type CommentOwner, markerOf } from './marker.ts'
import type { Comment, Provider } from './provider.ts'

export interface PutComment {
  readonly owner: CommentOwner
  /** The body, begun with the owner's mark; `former` is what stands there. */
  readonly body: (former: string | undefined) => string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What of ours stands there; a comment of someone else with our mark is none. */
export async function findComment(provider: Provider, owner: CommentOwner): Promise<Comment | undefined> {
  const mark = markerOf(owner)
  for await (const comment of provider.comments()) if (comment.own && comment.body.startsWith(mark)) return comment
  return undefined
}

/** A comment that could not be written for sure is looked for before it is written again: there is never a second one. */
export async function putComment(
  provider: Provider,
  { owner, body, clock, signal }: PutComment,
): Promise<{ readonly comment: Comment; readonly did: 'created' | 'updated' | 'unchanged' }> {
  let text: string | undefined
  for (const waitMs of [...WAITS_MS, undefined]) {
    try {
      const found = await findComment(provider, owner)
      // Said of the first one that was found: after a lost answer there stands what was just written.
      text ??= body(found?.body)
      if (found && sameText(found.body, text)) return { comment: found, did: 'unchanged' }
      if (found) return { comment: await provider.update(found.id, text), did: 'updated' }
      return { comment: await provider.create(text), did: 'created' }
    } catch (error) {
      if (waitMs === undefined || !mayPass(error)) throw error
      await clock.sleep(waitMs, signal)
    }
  }
  throw new Error('the last attempt throws or returns')
}

const WAITS_MS = [1_000, 5_000]

/** Some write other line ends than they were given. */
const sameText = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n').trimEnd() === b.trimEnd()
