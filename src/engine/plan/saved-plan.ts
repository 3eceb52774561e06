/** A plan in a file: what it holds for, and whether the file is still what was written. */
import { digestOf, type Json } from '../../base/json.ts'
import { ProblemsError } from '../../base/problem.ts'
import { checkAgainst } from '../graph/schema.ts'
import type { Plan } from './plan.ts'
import { type SavedPlan, savedPlanSchema } from './plan-schema.ts'
import { planOfJson } from './read-plan.ts'

/** The number of the form; it rises when what is written so far can no longer be read as it was meant. */
export const SAVED_FORMAT = 1

/** With its hash. */
export function sealPlan(saved: Omit<SavedPlan, 'hash' | 'format' | 'approvals'>): SavedPlan {
  const { ays, made, notes, ...covered } = saved
  const hash = digestOf({ format: SAVED_FORMAT, ...covered })
  return { format: SAVED_FORMAT, ays, hash, made, ...covered, ...(notes ? { notes } : {}) }
}

/**
 * Reads a file that `ays plan --out` wrote. Nothing in it is trusted: throws PLAN_DAMAGED where it is none or was
 * changed since, PLAN_NEWER for a format of a later ays. `file` is for the message.
 */
export function readSavedPlan(text: string, file: string): { readonly saved: SavedPlan; readonly plan: Plan } {
  const data = parse(text, file)
  if (!isObject(data) || !isObject(data.plan)) throw damaged(file, whatElse(data))
  if (typeof data.format === 'number' && data.format > SAVED_FORMAT) throw newer(file, data.format)
  const [error] = checkAgainst(savedPlanSchema, data)
  if (error) throw damaged(file, `${error.instancePath || 'its text'} ${error.message ?? 'does not fit the schema'}`)
  const { hash, ays: _, made: __, notes: ___, approvals: ____, ...covered } = data
  if (digestOf(covered) !== hash) throw damaged(file, 'its content is not what its hash says: it was changed by hand')
  const saved = data as unknown as SavedPlan // held against the schema above
  return { saved, plan: planOfJson(saved.plan) }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw damaged(file, 'it is no JSON, or only a part of it')
  }
}

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const whatElse = (data: unknown): string =>
  isObject(data) && Array.isArray(data.services)
    ? 'it is what `ays plan --json` prints, which does not say what it holds for'
    : 'it is something else'

const damaged = (file: string, why: string): ProblemsError =>
  new ProblemsError([
    {
      code: 'PLAN_DAMAGED',
      message: `${file} is no saved plan as ays wrote it: ${why}.`,
      hint: `\`ays plan --out ${file}\` makes one.`,
    },
  ])

const newer = (file: string, format: number): ProblemsError =>
  new ProblemsError([
    {
      code: 'PLAN_NEWER',
      message: `${file} is a saved plan of format ${format}; this ays reads formats up to ${SAVED_FORMAT}.`,
      hint: 'Use the ays that made it, or make the plan again with this one.',
    },
  ])
