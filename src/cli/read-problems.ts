/** Problems as commands print them with --json, read back. */
import { readFileSync } from 'node:fs'
import Type, { type Static } from 'typebox'
import { checkAgainst } from '../engine/graph/schema.ts'
import type { SavedPlan } from '../engine/plan/plan-schema.ts'
import { usage } from './options.ts'

const position = Type.Object({ line: Type.Integer({ minimum: 1 }), column: Type.Integer({ minimum: 1 }) })
const problem = Type.Object({
  code: Type.String(),
  severity: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  file: Type.Optional(Type.String()),
  range: Type.Optional(Type.Object({ start: position, end: position })),
})
const printed = Type.Object({ problems: Type.Array(problem) })

/** A problem as `--json` has it. */
export type ShownProblem = Static<typeof problem>

/** What `ays validate --json` printed, or any command that failed with --json. Throws USAGE. */
export function readProblems(file: string): readonly ShownProblem[] {
  let data: unknown
  try {
    data = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : error instanceof Error ? error.message : String(error)
    throw usage(`--problems ${file} cannot be read: ${why}.`, '`ays validate --json > problems.json` writes it.')
  }
  if (checkAgainst(printed, data).length > 0)
    throw usage(`${file} holds no problems as ays prints them.`, '`ays validate --json > problems.json` writes it.')
  return (data as Static<typeof printed>).problems // held against its schema
}

/** What a plan says is wrong, unsure or refused. */
export const problemsOfPlan = ({ plan }: SavedPlan): readonly ShownProblem[] => [
  ...plan.blocked,
  ...plan.unreachable.map((one) => one.problem),
  ...plan.warnings,
]
