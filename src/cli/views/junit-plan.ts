/** A plan as JUnit XML: a case per service, failed where it is refused or out of reach. */
import type { Problem } from '../../base/problem.ts'
import { ownerOf } from '../../engine/plan/owner.ts'
import type { Plan, ServicePlan } from '../../engine/plan/plan.ts'
import { detail } from './junit.ts'
import { doing, gist } from './review/by-service.ts'
import { bare } from './review/words.ts'
import { attributes, escaped } from './xml.ts'

/** Suites are nodes. What is refused and belongs to no service of the plan is a case of its own. */
export function planJunit(plan: Plan): string {
  const cases = casesOf(plan)
  const nodes = [...new Set(cases.map((one) => one.suite))]
  const suites = nodes.map((node) => {
    const own = cases.filter((one) => one.suite === node)
    const head = { name: node, tests: own.length, failures: failedOf(own), errors: 0 }
    return `  <testsuite${attributes(head)}>\n${own.map(caseXml).join('')}  </testsuite>\n`
  })
  const head = {
    name: `ays ${plan.kind} ${plan.hash.slice(0, 12)}`,
    tests: cases.length,
    failures: failedOf(cases),
    errors: 0,
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(head)}>\n${suites.join('')}</testsuites>\n`
}

/** Mistakes of blueprints, each a failed case: `ays validate --format junit` and a plan that could not be made. */
export function problemsJunit(problems: readonly Problem[]): string {
  const cases = problems.map((problem) => ({
    suite: problem.at?.file ?? 'ays',
    name: problem.code,
    problems: [problem],
    told: '',
  }))
  const head = { name: 'ays', tests: cases.length, failures: cases.length, errors: 0 }
  const suite = `  <testsuite${attributes(head)}>\n${cases.map(caseXml).join('')}  </testsuite>\n`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(head)}>\n${suite}</testsuites>\n`
}

interface Case {
  readonly suite: string
  readonly name: string
  readonly at?: ServicePlan['at']
  readonly told: string
  readonly problems: readonly Problem[]
}

function casesOf({ services, blocked, unreachable }: Plan): readonly Case[] {
  const addresses = new Set(services.map((service) => service.address))
  const refusals = new Map<string | undefined, Problem[]>()
  for (const problem of blocked) {
    const owner = ownerOf(problem, addresses)
    refusals.set(owner, [...(refusals.get(owner) ?? []), problem])
  }
  const own = services
    .filter(({ action }) => action !== 'none')
    .map(
      (service): Case => ({
        suite: service.node ?? service.address,
        name: `${doing(service)} ${service.address}`,
        ...(service.at ? { at: service.at } : {}),
        told: bare(gist(service, 20)),
        problems: [...(refusals.get(service.address) ?? []), ...(service.problem ? [service.problem] : [])],
      }),
    )
  const others = (refusals.get(undefined) ?? []).map(
    (problem): Case => ({ suite: 'plan', name: problem.code, told: '', problems: [problem] }),
  )
  const lost = unreachable
    .filter(({ node }) => !own.some((one) => one.suite === node))
    .map(({ node, problem }): Case => ({ suite: node, name: `reach ${node}`, told: '', problems: [problem] }))
  return [...own, ...others, ...lost]
}

const failedOf = (cases: readonly Case[]): number => cases.filter((one) => one.problems.length > 0).length

function caseXml({ suite, name, at, told, problems }: Case): string {
  const head = attributes({ name, classname: suite, ...(at ? { file: at.file, line: at.line } : {}) })
  const failures = problems.map(
    (one) =>
      `      <failure${attributes({ message: one.message, type: one.code })}>${escaped(detail(one))}</failure>\n`,
  )
  const out = told === '' ? [] : [`      <system-out>${escaped(told)}</system-out>\n`]
  const inside = [...failures, ...out].join('')
  return inside === '' ? `    <testcase${head}/>\n` : `    <testcase${head}>\n${inside}    </testcase>\n`
}
