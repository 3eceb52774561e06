/** policy.yaml over real plans: what is refused by plan and apply, and approvals signed with real keys of ssh-keygen. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import { systemClock } from '../../src/base/clock.ts'
import { problemLine } from '../../src/base/problem.ts'
import type { SavedPlan } from '../../src/engine/plan/plan-schema.ts'
import { readSavedPlan } from '../../src/engine/plan/saved-plan.ts'
import { allowedSigners, statementOf } from '../../src/engine/policy/approvals.ts'
import { approve, judgeApprovals } from '../../src/workspace/approvals.ts'
import { policyOf } from '../../src/workspace/policy-file.ts'
import { openedFor, openWorkspace, type Workspace } from '../../src/workspace.ts'

import { resealed } from './reseal.ts'

const keys = mkdtempSync(join(tmpdir(), 'ays-keys-'))
const keyFile = (name: string): string => join(keys, name)
const publicKey = (name: string): string => readFileSync(`${keyFile(name)}.pub`, 'utf8').trim()
beforeAll(() => {
  for (const name of ['anna', 'bob', 'eve'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${name}@desk`, '-f', keyFile(name)])
})
afterAll(() => rmSync(keys, { recursive: true, force: true }))

const blueprint = (content: string, tags = ''): string =>
  `node.sim__n: {}\nfile__a: { node: n, path: /etc/a, content: ${content}${tags} }\n`
const SATURDAY = Date.UTC(2026, 0, 10, 12)
const MONDAY = Date.UTC(2026, 0, 12, 12)
const weekdays = `rules: [{ name: weekdays, deny: 'now.weekday in ["sat", "sun"]', message: "Not on a \${now.weekday}." }]\n`

describe('a rule that denies', () => {
  test('refuses the plan, and apply of it', async () => {
    const world = standing({ 'policy.yaml': weekdays })
    await world.run(async (workspace) => {
      const plan = await workspace.plan()
      expect(plan.blocked.map(problemLine)).toEqual(['policy.yaml:1:33: POLICY_DENIED Not on a sat.'])
      await expect(workspace.apply(plan)).rejects.toThrow(/POLICY_DENIED/)
      expect(workspace.memory().services.size).toBe(0)
    }, SATURDAY)
    expect(await world.run(async (workspace) => workspace.apply(await workspace.plan()), MONDAY)).toMatchObject({
      state: 'ok',
    })
  })

  test('a saved plan is judged anew, at the time when it is applied', async () => {
    const world = standing({ 'policy.yaml': weekdays })
    const saved = await world.save(MONDAY)
    expect(saved.plan.blocked).toEqual([])
    await world.planned(
      saved,
      async (workspace, plan) => {
        expect(plan.blocked.map(problemLine)).toEqual(['policy.yaml:1:33: POLICY_DENIED Not on a sat.'])
        await expect(workspace.apply(plan)).rejects.toThrow(/POLICY_DENIED/)
      },
      SATURDAY,
    )
    expect(await world.planned(saved, (workspace, plan) => workspace.apply(plan), MONDAY)).toMatchObject({
      state: 'ok',
    })
  })

  test('plans of verbs and of removal are judged as well', async () => {
    const world = standing({})
    await world.run(async (workspace) => workspace.apply(await workspace.plan()))
    world.write('policy.yaml', weekdays)
    await world.run(async (workspace) => {
      const plans = [
        await workspace.planDestroy(),
        await workspace.planAction({ actions: ['delete'], services: ['file/a'], args: {} }),
      ]
      expect(plans.map((plan) => plan.blocked.map((one) => one.code))).toEqual([['POLICY_DENIED'], ['POLICY_DENIED']])
    }, SATURDAY)
  })

  test('a tag that the same change takes off still counts', async () => {
    const keep = `rules: [{ name: keep, for: service, deny: '"keep" in service.tags', message: it is kept }]\n`
    const world = standing({ 'blueprints/main.yaml': blueprint('one', ', $tags: [keep]') })
    await world.run(async (workspace) => workspace.apply(await workspace.plan()))
    world.write('blueprints/main.yaml', blueprint('two'))
    world.write('policy.yaml', keep)
    const { blocked } = await world.run((workspace) => workspace.plan())
    expect(blocked).toMatchObject([
      { message: 'file/a: it is kept', also: [{ at: { file: 'blueprints/main.yaml', line: 2 } }] },
    ])
  })
})

test('what brings an earlier run back is held against the policy of now', async () => {
  const world = standing({})
  const { run } = await world.run(async (workspace) => workspace.apply(await workspace.plan()))
  world.write('policy.yaml', 'rules: [{ name: freeze, deny: "true", message: nothing changes }]\n')
  world.write('blueprints/main.yaml', blueprint('two'))
  const apply = world.run(async (workspace) => workspace.apply(await workspace.plan()), undefined)
  await expect(apply).rejects.toThrow(/nothing changes/)
  world.write('policy.yaml', '{}\n')
  await world.run(async (workspace) => workspace.apply(await workspace.plan()))
  world.write('policy.yaml', 'rules: [{ name: freeze, deny: "true", message: nothing changes }]\n')
  const { blocked, services } = await world.run((workspace) => workspace.plan(), undefined, { asOf: run })
  expect([blocked.map((one) => one.message), services.length]).toEqual([['nothing changes'], 1])
})

test('policy.yaml goes along where the workspace is carried to another host', async () => {
  const world = standing({ 'policy.yaml': weekdays })
  const files = await world.run(async (workspace) => workspace.sourceFiles('as they are').map((one) => one.path))
  expect(files).toEqual(['ays.yaml', 'blueprints/main.yaml', 'policy.yaml'])
})

describe('mistakes', () => {
  test('are told by validate, and nothing is planned', async () => {
    const world = standing({ 'policy.yaml': 'rules: [{ name: a, deny: plan.nods, message: m }]\n' })
    const { problems } = await world.run((workspace) => workspace.validate())
    expect(problems.map(problemLine)).toEqual(['policy.yaml:1:31: POLICY_INVALID plan.nods: no such key: nods.'])
    await expect(world.run((workspace) => workspace.plan())).rejects.toThrow(/POLICY_INVALID/)
  })

  test('a policy of another name is not passed over in silence', async () => {
    const world = standing({ 'policy.yml': weekdays })
    await expect(world.run((workspace) => workspace.plan())).rejects.toThrow(/policy\.yml is not read/)
  })
})

test('another policy makes a saved plan stale', async () => {
  const world = standing({ 'policy.yaml': weekdays })
  const saved = await world.save(MONDAY)
  world.write('policy.yaml', '{}\n')
  await expect(world.planned(saved, async () => {})).rejects.toThrow(/PLAN_STALE policy\.yaml changed/)
})

describe('approvals', () => {
  const policy = (extra = ''): string =>
    `approvals: [{ risk: low, count: 2, keys: [anna, bob] }]\nkeys: { anna: ${publicKey('anna')}, bob: ${publicKey('bob')} }\n${extra}`

  test('a plan that was not saved is refused, with the way to go', async () => {
    const world = standing({ 'policy.yaml': policy() })
    await world.run(async (workspace) => {
      const plan = await workspace.plan()
      expect(plan).toMatchObject({
        blocked: [],
        demands: { approvals: [{ risk: 'low', count: 2, keys: ['anna', 'bob'] }] },
      })
      expect(workspace.refusals(plan)).toMatchObject([
        { code: 'APPROVAL_MISSING', hint: expect.stringContaining('--out FILE') },
      ])
      await expect(workspace.apply(plan)).rejects.toThrow(/APPROVAL_MISSING.*only a saved plan can be approved/)
    })
  })

  test('a saved plan is applied once enough people signed it', async () => {
    const world = standing({ 'policy.yaml': policy() })
    const one = await world.approve(await world.save(), 'anna')
    expect(await world.blocked(one)).toEqual([
      'APPROVAL_MISSING A plan of low or higher risk needs 2 approvals by anna or bob, and has 1 (anna).',
    ])
    const two = await world.approve(one, 'bob')
    expect(await world.planned(two, (workspace, plan) => workspace.apply(plan))).toMatchObject({ state: 'ok' })
    expect(await world.blocked(two)).toEqual([]) // nothing is left to do: nobody has to approve that
  })

  test('two approvals with one key count once', async () => {
    const world = standing({ 'policy.yaml': policy() })
    const once = await world.approve(await world.save(), 'anna')
    const twice = await world.approve(once, 'anna')
    expect(twice.approvals).toHaveLength(1)
    const doubled = { ...once, approvals: [...(once.approvals ?? []), ...(twice.approvals ?? [])] }
    expect(await world.blocked(doubled)).toEqual([expect.stringContaining('and has 1 (anna)')])
  })

  test('they do not carry over to a changed plan', async () => {
    const world = standing({ 'policy.yaml': policy() })
    const approved = await world.approve(await world.approve(await world.save(), 'anna'), 'bob')
    world.write('blueprints/main.yaml', blueprint('two'))
    const other = { ...(await world.save()), approvals: approved.approvals }
    expect(await world.blocked(other as SavedPlan)).toEqual([
      expect.stringContaining('and has none'),
      expect.stringContaining('The approval by anna does not count: it is of another plan'),
      expect.stringContaining('The approval by bob does not count: it is of another plan'),
    ])
  })

  test('a key that the policy does not name cannot approve', async () => {
    const world = standing({ 'policy.yaml': policy() })
    const saved = await world.save()
    await expect(world.approve(saved, 'eve')).rejects.toThrow(/APPROVAL_INVALID policy\.yaml does not name the key/)
  })

  test('a key that was taken from the policy counts no longer', async () => {
    const world = standing({ 'policy.yaml': policy() })
    const approved = await world.approve(await world.save(), 'bob')
    world.write('policy.yaml', `keys: { anna: ${publicKey('anna')} }\n`)
    const judged = await judgeApprovals(approved, policyOf(world.folder).policy)
    expect(judged.map((one) => one.reason)).toEqual(['keys: of policy.yaml has no bob'])
  })

  test.each<[string, (saved: SavedPlan) => SavedPlan, RegExp]>([
    [
      'forged: signed by eve in the name of anna',
      (saved) => withSignature(saved, sign('eve', saved)),
      /a key that policy\.yaml does not name/,
    ],
    [
      'signed by bob in the name of anna',
      (saved) => withSignature(saved, sign('bob', saved)),
      /signed with the key of bob/,
    ],
    [
      'signed for something else than plans',
      (saved) => withSignature(saved, sign('anna', saved, 'git')),
      /for something else than plans/,
    ],
    [
      'of another environment',
      (saved) => withSignature(saved, sign('anna', { ...saved, environment: 'prod' })),
      /of another plan/,
    ],
    [
      'of another workspace',
      (saved) => withSignature(saved, sign('anna', { ...saved, workspace: 'x' })),
      /of another plan/,
    ],
    [
      'of another time than it says',
      (saved) => withSignature(saved, sign('anna', saved), '2030-01-01T00:00:00.000Z'),
      /of another plan/,
    ],
    [
      'damaged',
      (saved) => withSignature(saved, sign('anna', saved).replace(/[A-Z](?=[^\n]*\n-----END)/, '!')),
      /does not name, or is no signature|damaged/,
    ],
    ['cut off', (saved) => withSignature(saved, sign('anna', saved).slice(0, 80)), /is no signature/],
    ['empty', (saved) => withSignature(saved, ''), /is no signature/],
  ])('%s: it does not count', async (_, forge, reason) => {
    const world = standing({ 'policy.yaml': policy() })
    const forged = forge(await world.save())
    const [missing, invalid] = await world.blocked(forged)
    expect(missing).toContain('and has none')
    expect(invalid).toMatch(reason)
    await expect(world.planned(forged, (workspace, plan) => workspace.apply(plan))).rejects.toThrow(/APPROVAL_MISSING/)
  })

  test('one that does not count beside enough that do is a warning', async () => {
    const world = standing({ 'policy.yaml': policy().replace('count: 2', 'count: 1') })
    const saved = await world.approve(await world.save(), 'bob')
    const forged = withSignature(saved, sign('eve', saved))
    await world.planned(
      { ...forged, approvals: [...(saved.approvals ?? []), ...(forged.approvals ?? [])] },
      async (_, plan) => {
        expect([plan.blocked, plan.warnings.map((one) => one.code)]).toEqual([[], ['APPROVAL_INVALID']])
      },
    )
  })

  test('a plan that says less of its risk than there is needs what its risk demands', async () => {
    const world = standing({ 'policy.yaml': policy().replace('risk: low', 'risk: medium') })
    await world.run(async (workspace) => workspace.apply(await workspace.plan()))
    world.write('blueprints/main.yaml', 'node.sim__n: {}\n')
    const saved = await world.save()

    const tame = resealed({
      ...saved,
      plan: { ...saved.plan, services: saved.plan.services.map((one) => ({ ...one, action: 'update' })) },
    })
    expect(await world.blocked(tame)).toContainEqual(expect.stringContaining('APPROVAL_MISSING'))
  })
})

/** What ssh-keygen itself says of an approval, without ays: the format is that of others. */
test('an approval is a signature that ssh-keygen verifies', async () => {
  const world = standing({ 'policy.yaml': `keys: { anna: ${publicKey('anna')} }\n` })
  const saved = await world.approve(await world.save(), 'anna')
  const [approval] = saved.approvals ?? []
  writeFileSync(join(world.folder, 'signers'), allowedSigners(policyOf(world.folder).policy))
  writeFileSync(join(world.folder, 'sig'), approval?.signature ?? '')
  const said = execFileSync(
    'ssh-keygen',
    ['-Y', 'verify', '-f', 'signers', '-I', 'anna', '-n', 'ays-plan', '-s', 'sig'],
    {
      cwd: world.folder,
      input: statementOf(saved, approval?.at ?? ''),
      encoding: 'utf8',
    },
  )
  expect(said).toContain('Good "ays-plan" signature for anna')
})

const AT = '2026-01-12T12:00:00.000Z'

function sign(name: string, saved: SavedPlan, namespace = 'ays-plan'): string {
  const text = statementOf(saved, AT)
  return execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', keyFile(name), '-n', namespace], {
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

const withSignature = (saved: SavedPlan, signature: string, at = AT): SavedPlan => ({
  ...saved,
  approvals: [{ name: 'anna', fingerprint: 'SHA256:whatever', at, signature }],
})

/** A workspace with one file on a simulated node. */
function standing(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'ays-policy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('ays.yaml', 'workspace: 4f49c234-9b34-4499-99eb-08b843e171aa\n')
  write('blueprints/main.yaml', blueprint('one'))
  for (const [path, text] of Object.entries(files)) write(path, text)
  const run = async <T>(use: (workspace: Workspace) => Promise<T>, at?: number, options = {}): Promise<T> => {
    const ahead = at === undefined ? 0 : at - systemClock.now()
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead }
    const workspace = await openWorkspace({ folder, clock, ...options })
    try {
      return await use(workspace)
    } finally {
      await workspace.close()
    }
  }
  // As a person does it: through a file, and read back.
  const kept = (saved: SavedPlan): SavedPlan => readSavedPlan(JSON.stringify(saved), 'plan.json').saved
  const planned = <T>(
    saved: SavedPlan,
    use: (workspace: Workspace, plan: Awaited<ReturnType<Workspace['plan']>>) => Promise<T>,
    at?: number,
  ) =>
    run(
      async (workspace) => use(workspace, (await workspace.planSaved(kept(saved))).plan),
      at,
      openedFor(saved, folder),
    )
  return {
    folder,
    write,
    run,
    planned,
    save: (at?: number) => run(async (workspace) => kept(await workspace.savePlan(await workspace.plan())), at),
    approve: async (saved: SavedPlan, name: string) =>
      kept(
        (await approve(saved, { policy: policyOf(folder).policy, keyFile: keyFile(name), now: systemClock.now() }))
          .saved,
      ),
    blocked: (saved: SavedPlan) => planned(saved, async (_, plan) => plan.blocked.map(problemLine)),
  }
}
