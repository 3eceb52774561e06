/** One `ays watch` at a time keeps a workspace and environment. */
import { ProblemsError } from '../base/problem.ts'
import type { Holder, Seat } from '../store/store.ts'
import type { Session } from './session.ts'

/** Throws WATCH_HELD while another is alive. The seat has a store of its own: the workspace is opened anew when its files change. */
export async function takeWatch(session: Session): Promise<Seat> {
  const store = session.openAgain()
  try {
    const seat = await store.acquireWatch(session.who())
    if ('heldBy' in seat) throw watchedBy(seat.heldBy)
    return {
      lost: seat.lost,
      async release() {
        await seat.release()
        store.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}

function watchedBy({ who, pid, host, since }: Holder): ProblemsError {
  const message = `${who} (pid ${pid} on ${host}) watches this workspace and environment since ${new Date(since).toISOString()}.`
  const hint = 'One is enough: end that one first, or leave it to it. `ays apply` works beside it.'
  return new ProblemsError([{ code: 'WATCH_HELD', message, hint }])
}
