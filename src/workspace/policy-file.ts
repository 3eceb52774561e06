/** Reads policy.yaml of a workspace, if it has one. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { NO_POLICY, type Policy } from '../engine/policy/policy.ts'
import { readPolicy } from '../engine/policy/read-policy.ts'
import { readSource } from './read-source.ts'
import type { SourceNotes } from './source-digests.ts'
import type { Sources } from './sources.ts'

/** Its name in the root of a workspace. */
export const POLICY_FILE = 'policy.yaml'

/** Never throws. What was read is noted: a saved plan holds for it. */
export function policyOf(
  root: string,
  { sources, notes }: { readonly sources?: Sources | undefined; readonly notes?: SourceNotes } = {},
): { readonly policy: Policy; readonly problems: readonly Problem[] } {
  const path = join(root, POLICY_FILE)
  const isThere = (name: string): boolean =>
    sources?.unsaved.has(join(root, name)) === true ||
    lstatSync(join(root, name), { throwIfNoEntry: false }) !== undefined
  if (!isThere(POLICY_FILE)) return { policy: NO_POLICY, problems: isThere('policy.yml') ? [misnamed] : [] }
  const { file, problems } = readSource(root, path, sources)
  notes?.note('vars', POLICY_FILE, file.text)
  const read = readPolicy(file)
  return { policy: read.policy, problems: [...problems, ...read.problems] }
}

/** Rules that nobody reads would pass everything. */
const misnamed: Problem = {
  code: 'POLICY_INVALID',
  message: 'policy.yml is not read.',
  at: { file: 'policy.yml', line: 1, column: 1 },
  hint: `Call it ${POLICY_FILE}.`,
}
