/** Runs one test: a workspace on paper is planned, applied where that is asked, and held against what is expected. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '../base/clock.ts'
import { isError, type Problem, ProblemsError } from '../base/problem.ts'
import type { SourceFile } from '../engine/blueprint/read-yaml.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { openWorkspace, type Workspace } from '../workspace.ts'
import { changesOf, planFailures, sum } from './expect-plan.ts'
import { refusalFailures, warningFailures } from './expect-problems.ts'
import { servicesFailures } from './expect-services.ts'
import { failed, failedBy } from './failure.ts'
import type { Given, GivenWorld } from './format.ts'
import { makeState, putThings, simulatedNode, strangeNodes } from './simulated-world.ts'
import type { BlueprintTest } from './test-file.ts'

/** What is not as expected; nothing: the test passed. Leaves nothing behind. */
export async function runTest(test: BlueprintTest, root: string, signal: AbortSignal): Promise<readonly Problem[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ays-blueprint-test-'))
  try {
    makeState(test, folder)
    const world = { test, root, folder }
    const { applied } = test.given
    if (applied) {
      const failures = await within(
        { ...world, given: before(test.given, applied), nodes: 'up' },
        test.appliedBlueprint,
        (workspace) => applyFirst(test, workspace, signal),
      )
      if (failures.length > 0) return failures
    }
    const wrong = putThings(test, folder)
    if (wrong.length > 0) return wrong
    const failures = await within(
      { ...world, given: test.given, nodes: 'down as given' },
      test.blueprint,
      (workspace) => judge(test, workspace, signal),
    )
    if (failures.length > 0 || !test.expect.settles) return failures
    // Read anew: a second command would.
    return await within({ ...world, given: test.given, nodes: 'down as given' }, test.blueprint, (workspace) =>
      settled(test, workspace, signal),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What was applied before had the same variables, but for those that it names. */
const before = (given: Given, applied: GivenWorld): GivenWorld => ({
  ...applied,
  vars: { ...given.vars, ...applied.vars },
})

interface World {
  readonly test: BlueprintTest
  readonly root: string
  readonly folder: string
  readonly given: GivenWorld
  readonly nodes: 'down as given' | 'up'
}

async function within<Result>(
  { test, root, folder, given, nodes }: World,
  blueprint: SourceFile | undefined,
  use: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const { env = {}, secrets = {}, environment, legacy, now } = test.given
  const workspace = await openWorkspace({
    folder: root,
    ...(environment === undefined ? {} : { environment }),
    ...(legacy ? { legacy } : {}),
    ...(now === undefined ? {} : { clock: clockFrom(Date.parse(now)) }),
    ...(given.files && !blueprint ? { files: given.files.map((file) => resolve(root, file)) } : {}),
    vars: Object.fromEntries(Object.entries(given.vars ?? {}).map(([name, value]) => [name, textOf(value)])),
    simulate: {
      folder,
      node: (node, own) => simulatedNode(test, node, own, nodes),
      env: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
      // The workspace declares it; what it is matters to no test that does not give it.
      secret: (name) => (Object.hasOwn(secrets, name) ? secrets[name] : `the secret ${name} of a test`),
      ...(blueprint ? { blueprint } : {}),
    },
  })
  try {
    return await use(workspace)
  } finally {
    await workspace.close()
  }
}

/** It goes on from there, as any clock does. */
function clockFrom(ms: number): Clock {
  const ahead = ms - systemClock.now()
  return { ...systemClock, now: () => systemClock.now() + ahead }
}

/** A value as `--var` takes it: text as it is, all else as YAML. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

async function applyFirst(test: BlueprintTest, workspace: Workspace, signal: AbortSignal): Promise<Problem[]> {
  const at = test.place('given', 'applied')
  const { plan, problems } = await planned(test, workspace, signal)
  const refusals = problems.filter(isError)
  if (!plan || refusals.length > 0)
    return refusals.map((one) => failedBy(at, 'What is applied before is refused with', one))
  const result = await workspace.apply(plan, { signal })
  return result.problems.filter(isError).map((one) => failedBy(at, 'What is applied before fails with', one))
}

async function judge(test: BlueprintTest, workspace: Workspace, signal: AbortSignal): Promise<readonly Problem[]> {
  const { graph, problems } = await workspace.validate()
  const broken = problems.some(isError)
  const { plan, problems: later } = broken ? { plan: undefined, problems: [] } : await planned(test, workspace, signal)
  const all = [...problems, ...later.filter((one) => !problems.some((known) => same(known, one)))]
  const refusals = refusalFailures(test, all)
  const failures = [...refusals, ...warningFailures(test, all)]
  // Of a blueprint with mistakes nothing else is known for sure; the mistakes say enough.
  if (!broken || refusals.length === 0) failures.push(...strangeNodes(test, graph), ...servicesFailures(test, graph))
  if (plan) failures.push(...planFailures(test, plan))
  else if (test.expect.plan !== undefined && refusals.length === 0)
    failures.push(
      failed(test.place('expect', 'plan'), 'A plan is expected, and there is none: the blueprint is refused.'),
    )
  if (failures.length > 0 || !test.expect.settles) return failures
  const at = test.place('expect', 'settles')
  if (!plan || plan.blocked.length > 0) return [failed(at, 'It cannot settle: it is refused.')]
  const result = await workspace.apply(plan, { signal })
  return result.problems.filter(isError).map((one) => failedBy(at, 'It does not settle:', one))
}

async function settled(test: BlueprintTest, workspace: Workspace, signal: AbortSignal): Promise<readonly Problem[]> {
  const at = test.place('expect', 'settles')
  const { plan, problems } = await planned(test, workspace, signal)
  if (!plan) return problems.map((one) => failedBy(at, 'It does not settle: the second plan is refused with', one))
  const changes = changesOf(plan)
  return changes.length === 0 ? [] : [failed(at, `It does not settle: the second plan would ${sum(changes)}.`)]
}

/** The plan, and what is said of it. What refuses it keeps it from being there. */
async function planned(
  test: BlueprintTest,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan | undefined; readonly problems: readonly Problem[] }> {
  try {
    const { allow } = test.given
    const plan = await workspace.plan({ signal, ...(allow ? { allow } : {}) })
    const unreachable = plan.unreachable.map((one) => one.problem)
    const unknown = plan.services.flatMap((service) => service.problem ?? [])
    const told = [...plan.blocked, ...unreachable, ...unknown, ...plan.warnings]
    return { plan, problems: told.filter((one, i) => told.findIndex((other) => same(one, other)) === i) }
  } catch (error) {
    if (error instanceof ProblemsError) return { plan: undefined, problems: error.problems }
    throw error
  }
}

const same = (a: Problem, b: Problem): boolean =>
  a.code === b.code &&
  a.message === b.message &&
  isError(a) === isError(b) &&
  a.at?.line === b.at?.line &&
  a.at?.file === b.at?.file
