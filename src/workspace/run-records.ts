/** What a run keeps of its making: its plan as it was shown, and the files that it was made from; packed, and bounded in number. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { sha256 } from '../base/secret.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { planJson } from '../engine/plan/plan-json.ts'
import type { PlanJson } from '../engine/plan/plan-schema.ts'
import { planOfJson } from '../engine/plan/read-plan.ts'
import type { Change, Store } from '../store/store.ts'
import type { SourceFile } from './source-files.ts'

/** So many runs keep theirs; those of older ones go. */
export const RECORDS_MAX = 100
const PLAN = 'plan'
const SOURCE = 'source '
/** Packed; a plan beyond it is not kept. */
const TEXT_CHARS_MAX = 16 * 1_048_576

/** Written with the run. Secrets are sealed in the plan; files that hold them are not among the sources. */
export function recordChanges(
  run: number,
  of: { readonly plan: Plan; readonly sources: readonly SourceFile[]; readonly store: Store },
): Change[] {
  const older = of.store.keepers()
  const gone = older.slice(0, Math.max(0, older.length - RECORDS_MAX + 1))
  return [
    ...kept(run, PLAN, Buffer.from(JSON.stringify(planJson(of.plan)))),
    ...of.sources.flatMap(({ path, bytes }) => kept(run, `${SOURCE}${path}`, bytes)),
    ...gone.map((one): Change => ({ drop: 'kept', run: one })),
    ...(gone.length > 0 ? [{ drop: 'texts' } as const] : []),
  ]
}

function kept(run: number, name: string, bytes: Buffer): Change[] {
  const text = deflateRawSync(bytes).toString('base64')
  if (text.length > TEXT_CHARS_MAX) return []
  const hash = sha256(bytes)
  return [
    { put: 'text', hash, text },
    { put: 'kept', kept: { run, name, hash } },
  ]
}

/** undefined: it is no longer kept, was too large, or the run is of an ays that kept none. */
export function tryPlanOf(store: Store, run: number): Plan | undefined {
  const found = store.kept(run).find((one) => one.name === PLAN)
  // Written by recordChanges.
  return found && planOfJson(JSON.parse(unpacked(found.text).toString('utf8')) as PlanJson)
}

/** Empty where none are kept. */
export const sourcesOf = (store: Store, run: number): readonly SourceFile[] =>
  store
    .kept(run)
    .filter((one) => one.name.startsWith(SOURCE))
    .map((one) => ({ path: one.name.slice(SOURCE.length), bytes: unpacked(one.text) }))

const unpacked = (text: string): Buffer => inflateRawSync(Buffer.from(text, 'base64'))
