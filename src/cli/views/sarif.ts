/** Risks and problems at the lines of blueprints, as SARIF 2.1.0: code scanning shows them beside the change. */
import { posix } from 'node:path'
import { codes } from '../../base/codes.ts'
import { digestOf, type Json } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { isError, type Problem } from '../../base/problem.ts'
import type { Plan } from '../../engine/plan/plan.ts'
import { type Hazard, hazardsOf } from '../../engine/plan/risk.ts'
import { VERSION } from '../../workspace/version.ts'
import { hazardLine } from './review/attention.ts'
import { bare } from './review/words.ts'

/** What is refused and every warning, what could not be asked, and every hazard. */
export function planSarif(plan: Plan, folder = ''): Json {
  const refused = new Set(plan.blocked)
  const problems = [...plan.blocked, ...plan.unreachable.map(({ problem }) => problem), ...plan.warnings]
  const hazards = plan.services.flatMap((service) =>
    hazardsOf(service).map((hazard) => ({ hazard, text: `${bare(hazardLine(hazard))}.` })),
  )
  return log(
    [
      ...problems.map((problem) => problemResult(problem, refused.has(problem) ? 'error' : undefined)),
      ...hazards.map(({ hazard, text }) => hazardResult(hazard, text)),
    ],
    folder,
  )
}

/** The mistakes of blueprints: `ays validate --format sarif`. */
export const problemsSarif = (problems: readonly Problem[], folder = ''): Json =>
  log(
    problems.map((problem) => problemResult(problem)),
    folder,
  )

interface Result {
  readonly rule: { readonly id: string; readonly text: string }
  readonly level: 'error' | 'warning' | 'note'
  readonly text: string
  readonly at: Place | undefined
  readonly also?: readonly { readonly at: Place; readonly note: string }[]
  /** What it is about, so that it is known again in the next plan. */
  readonly about: string
}

function problemResult(problem: Problem, level?: Result['level']): Result {
  const { code, message, at, also, hint } = problem
  return {
    rule: { id: code, text: codes[code] ?? code },
    level: level ?? (isError(problem) ? 'error' : 'warning'),
    text: hint === undefined ? message : `${message} ${hint}`,
    at,
    ...(also ? { also } : {}),
    about: message,
  }
}

const hazardResult = ({ kind, risk, at, service, what }: Hazard, text: string): Result => ({
  rule: { id: `risk/${kind}`, text: `The plan has a ${kind}.` },
  level: risk === 'high' ? 'error' : 'warning',
  text,
  at,
  about: `${service} ${what}`,
})

/** GitHub takes no result without a place: what no blueprint declares stands at ays.yaml. */
const nowhere: Place = { file: 'ays.yaml', line: 1, column: 1 }

/** `folder` is where the workspace lies in its repository: places are told from there. */
function log(results: readonly Result[], folder: string): Json {
  const rules = [...new Map(results.map(({ rule }) => [rule.id, rule])).values()]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ays',
            version: VERSION,
            rules: rules.map(({ id, text }) => ({ id, shortDescription: { text } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: results.map((result) => resultJson(result, rules, folder)),
      },
    ],
  }
}

function resultJson(
  { rule, level, text, at, also, about }: Result,
  rules: readonly Result['rule'][],
  folder: string,
): Json {
  return {
    ruleId: rule.id,
    ruleIndex: rules.findIndex((one) => one.id === rule.id),
    level,
    // Brackets and braces mean links and arguments in the messages of SARIF.
    message: { text: text.replace(/[[\]{}\\]/g, (c) => (c === '{' || c === '}' ? c + c : `\\${c}`)) },
    locations: [locationJson(at ?? nowhere, folder)],
    ...(also
      ? {
          relatedLocations: also.map(({ at, note }, id) => ({
            id,
            ...locationJson(at, folder),
            message: { text: note },
          })),
        }
      : {}),
    partialFingerprints: { 'ays/v1': digestOf(`${rule.id} ${about}`) },
  }
}

function locationJson({ file, line, column, endLine, endColumn }: Place, folder: string) {
  const end = endLine !== undefined && endColumn !== undefined ? { endLine, endColumn } : {}
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(posix.join(folder, file)), uriBaseId: '%SRCROOT%' },
      region: { startLine: line, startColumn: column, ...end },
    },
  }
}

/** A relative reference, as files are called in the workspace. */
const uriOf = (file: string): string => file.split('/').map(encodeURIComponent).join('/')
