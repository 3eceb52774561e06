/** Saved plans as files: written whole and for the person alone, and read back. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ProblemsError } from '../base/problem.ts'
import type { Plan } from '../engine/plan/plan.ts'
import type { SavedPlan } from '../engine/plan/plan-schema.ts'
import { readSavedPlan } from '../engine/plan/saved-plan.ts'
import { showJson } from './views/json.ts'

/** Replaces an earlier plan; any other file stays, and is USAGE. The folder must be there. */
export function writePlanFile(file: string, saved: SavedPlan): void {
  const draft = `${file}.new-${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, `${showJson(saved)}\n`, { mode: 0o600, flag: 'wx' })
    sync(draft)
    renameSync(draft, file)
    sync(dirname(file))
  } catch (error) {
    throw unwritable(file, error instanceof Error ? error.message : String(error))
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Throws USAGE where something else would be written over: said before a plan is made, not after. */
export function mayWritePlan(file: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (!there) return
  if (!there.isFile()) throw unwritable(file, 'it is no regular file')
  if (there.size > 0 && !looksLikePlan(file)) throw unwritable(file, 'it is another file than a plan')
}

/** Throws PLAN_DAMAGED, PLAN_NEWER. */
export function readPlanFile(file: string): { readonly saved: SavedPlan; readonly plan: Plan } {
  const { size } = statSync(file)
  if (size <= BYTES_MAX) return readSavedPlan(readFileSync(file, 'utf8'), file)
  const message = `${file} has ${size} bytes; plans of up to ${BYTES_MAX} are read.`
  throw new ProblemsError([{ code: 'PLAN_DAMAGED', message }])
}

/** A regular file is a plan, a folder is a workspace. */
export const isFile = (path: string | undefined): path is string =>
  path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** JSON with a plan in it, whole or not. */
export const looksLikePlan = (file: string): boolean => isFile(file) && /^\s*\{/.test(readFileSync(file, 'utf8'))

const BYTES_MAX = 512 * 1_048_576

const unwritable = (file: string, why: string): ProblemsError =>
  new ProblemsError([
    { code: 'USAGE', message: `No plan can be written to ${file}: ${why}.`, hint: 'Name another file with --out.' },
  ])

/** Onto the disk, the name of a file as well as its content. */
function sync(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
