/** A plan of before, to compare with: what `plan --format json` or `plan --out` wrote. */
import { readFileSync } from 'node:fs'
import type { ComparedPlan } from '../engine/plan/since.ts'
import { usage } from './options.ts'

/** Throws USAGE where the file is none. */
export function readComparedPlan(file: string): ComparedPlan {
  const data = parsed(file)
  // A saved plan is known by the hash of all that it holds for.
  const plan = isObject(data) && isObject(data.plan) ? { ...data.plan, hash: data.hash } : data
  if (!isComparedPlan(plan)) throw usage(`${file} holds no plan.`, 'Give what `ays plan --format json` wrote.')
  return plan
}

function parsed(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw usage(`${file} is no JSON.`, 'Give what `ays plan --format json` wrote.')
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isComparedPlan = (value: unknown): value is ComparedPlan =>
  isObject(value) &&
  typeof value.hash === 'string' &&
  Array.isArray(value.services) &&
  value.services.every(
    (one: unknown) =>
      isObject(one) && typeof one.address === 'string' && typeof one.action === 'string' && typeof one.why === 'string',
  )
