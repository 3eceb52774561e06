/** Schedules as cron writes them: `0 3 * * *`, with a sixth field in front for seconds, and words such as @daily. */
import { Cron } from 'croner'

const LENGTH_MAX = 200

/** Why a text is no schedule, or one that never comes; undefined when it is one. */
export function cronFault(text: string): string | undefined {
  if (text.length > LENGTH_MAX) return `it is longer than ${LENGTH_MAX} characters`
  try {
    const after = new Date('2024-01-01T00:00:00Z')
    return new Cron(text, { paused: true }).nextRun(after) ? undefined : 'it never comes'
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return said.replace(/^CronPattern: /, '').replace(/\.$/, '')
  }
}

/** The first instant after `afterMs`, both in milliseconds since 1970, in this machine's time zone; undefined when none comes. */
export function nextCron(text: string, afterMs: number): number | undefined {
  return new Cron(text, { paused: true }).nextRun(new Date(afterMs))?.getTime()
}
