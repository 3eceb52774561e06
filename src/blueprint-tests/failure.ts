/** How tests of blueprints say what is not as expected. */
import { plain } from '../base/json.ts'
import type { Place } from '../base/place.ts'
import type { Problem } from '../base/problem.ts'

/** A failure at its place in the test file. */
export function failed(at: Place, message: string, hint?: string): Problem {
  return { code: 'TEST_FAILED', message, at, ...(hint === undefined ? {} : { hint }) }
}

/** An unexpected problem, told where the test is and where it stands itself. */
export function failedBy(at: Place, message: string, cause: Problem): Problem {
  return {
    ...failed(at, `${message} ${cause.code}: ${cause.message}`, cause.hint),
    ...(cause.at ? { also: [{ at: cause.at, note: cause.code }, ...(cause.also ?? [])] } : {}),
  }
}

/** A value for people, on one line; secrets are sealed. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  const text = typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(plain(value))
  return text.length > 200 ? `${text.slice(0, 197)}…` : text
}
