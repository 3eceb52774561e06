/** A saved plan is applied exactly, or refused with what moved; what moved elsewhere is told. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import { type Problem, ProblemsError } from '../../src/base/problem.ts'
import { fingerprint } from '../../src/base/secret.ts'
import type { SavedPlan } from '../../src/engine/plan/plan-schema.ts'
import { readSavedPlan } from '../../src/engine/plan/saved-plan.ts'
import { worldFile } from '../../src/transport/open.ts'
import { readWorld, writeWorld } from '../../src/transport/sim.ts'
import { openedFor, openWorkspace, type PlannedAgain, type PlanOptions, type Workspace } from '../../src/workspace.ts'

const blueprint = (a: string, b: string): string => `node.sim__n: {}
file__a: { node: n, path: /etc/a, content: ${a} }
file__b: { node: n, path: /etc/b, content: ${b} }
file__c: { node: n, path: /etc/c, content: one, $after: [file/a] }
`

test('applied as it was saved, and then there is nothing left to do of it', async () => {
  const world = await standing()
  world.write('blueprints/main.yaml', blueprint('two', 'one'))
  const saved = await world.save()
  expect(await world.apply(saved)).toMatchObject({ state: 'ok', done: ['file/a'], moved: [], elsewhere: [] })
  expect(world.content('/etc/a')).toBe('two')

  const again = await world.planned(saved)
  expect([again.plan.services, again.moved]).toEqual([[], []])
})

test('a hand-made change to what it touches refuses it, and names the file', async () => {
  const world = await standing()
  world.write('blueprints/main.yaml', blueprint('two', 'one'))
  const saved = await world.save()
  world.edit('/etc/a', 'by hand')
  const { moved } = await world.planned(saved)
  expect(moved.map(short)).toEqual(['PLAN_STALE file:/etc/a on node/n: content changed since the plan.'])
  await expect(world.apply(saved)).rejects.toThrow(/PLAN_STALE file:\/etc\/a on node\/n/)
  expect(world.content('/etc/a')).toBe('by hand')
})

test('a hand-made change to what it relies on refuses it', async () => {
  const world = await standing()
  world.write('blueprints/main.yaml', blueprint('one', 'one').replace('/etc/c, content: one', '/etc/c, content: two'))
  const saved = await world.save()
  expect(saved.relies).toEqual({ 'node/n': ['file:/etc/a'] })
  world.edit('/etc/a', 'by hand')
  const { moved } = await world.planned(saved)
  expect(moved.map(short)).toEqual(['PLAN_STALE file:/etc/a on node/n: content changed since the plan.'])
})

test('a hand-made change elsewhere is told and left alone', async () => {
  const world = await standing()
  world.write('blueprints/main.yaml', blueprint('two', 'one'))
  const saved = await world.save()
  world.edit('/etc/b', 'by hand')
  expect(await world.apply(saved)).toMatchObject({
    state: 'ok',
    done: ['file/a'],
    moved: [],
    elsewhere: ['file/b drift'],
  })
  expect([world.content('/etc/a'), world.content('/etc/b')]).toEqual(['two', 'by hand'])
})

test('a node that moves while it is applied is not judged anew', async () => {
  const world = await standing()
  world.write('blueprints/main.yaml', blueprint('two', 'two'))
  const saved = await world.save()
  const result = await world.apply(saved, () => world.edit('/etc/a', 'by hand'))
  expect(result).toMatchObject({ state: 'error', done: ['file/b'] })
  expect(result.problems).toEqual(['PLAN_STALE file:/etc/a on node/n changed while the plan was applied: content.'])
  expect([world.content('/etc/a'), world.content('/etc/b')]).toEqual(['by hand', 'two'])
})

test('no secret is in a saved plan, however it is written', async () => {
  const secrets = Array.from({ length: 50 }, (_, i) => `pl&nted/${i}+${'x'.repeat(i)}~s3cret`)
  for (const [i, value] of secrets.entries()) vi.stubEnv(`SAVED_${i}`, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const names = secrets.map((_, i) => `  s${i}: { env: SAVED_${i} }\n`).join('')
  const world = await standing({}, `secrets:\n${names}`)
  const files = secrets.map((_, i) => `file__s${i}: { node: n, path: /etc/s${i}, content: 'p=\${secrets.s${i}}' }\n`)
  world.write('blueprints/main.yaml', `${blueprint('one', 'one')}${files.join('')}`)
  const text = JSON.stringify(await world.save())
  expect(text).toContain('"sealed"')
  const forms = (value: string): string[] => [
    value,
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(value),
    Buffer.from(value).toString('hex'),
  ]
  expect(secrets.flatMap(forms).filter((form) => text.includes(form))).toEqual([])
})

test('what is as wanted by now is done, by whomever', async () => {
  const world = await standing()
  world.write('blueprints/main.yaml', blueprint('two', 'two'))
  const saved = await world.save()
  world.edit('/etc/a', 'two')
  expect(await world.apply(saved)).toMatchObject({ state: 'ok', done: ['file/b'], moved: [] })
})

test('changed blueprints, variables, files and templates refuse it and are named; a commit of something else does not', async () => {
  const world = await standing({ 'files/c': 'text' })
  world.write(
    'blueprints/main.yaml',
    `${blueprint('two', 'one')}file__d: { node: n, path: /etc/d, content: '\${file("files/c")}' }\n`,
  )
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', world.folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      encoding: 'utf8',
    })
  world.write('.gitignore', '.ays/\n')
  git('init', '--quiet')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'one')
  const head = (): string => git('rev-parse', 'HEAD').trim()
  const saved = await world.save()
  expect(saved.made.commit).toEqual({ id: head(), dirty: false })

  world.write('README.md', 'Nothing that is planned.\n')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'two')
  expect((await world.planned(saved)).moved).toEqual([])

  const refusals: [string, string, string][] = [
    ['blueprints/main.yaml', `${blueprint('two', 'one')}\n`, 'changed'],
    ['blueprints/more.yaml', 'file__e: { node: n, path: /etc/e, content: e }\n', 'is new'],
    ['files/c', 'other text', 'changed'],
    ['vars/default.yaml', '{}\n', 'is new'],
    ['ays.yaml', '# other\n{}\n', 'changed'],
    ['templates/mine/template.yaml', 'summary: Mine.\n', 'is new'],
  ]
  for (const [path, text, how] of refusals) {
    world.write(path, text)
    const refusal = await world.planned(saved).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ProblemsError)
    expect(String(refusal)).toContain(`PLAN_STALE ${path} ${how} since the plan was made.`)
    git('clean', '--quiet', '-fd')
    git('checkout', '--quiet', '.')
  }
  expect(await world.apply(saved)).toMatchObject({ state: 'ok' })
  expect(world.lastRun()).toMatchObject({ planHash: saved.hash, commit: { id: head(), dirty: false } })
})

test('one of another environment, state or workspace is refused with the reason', async () => {
  const [one, other] = [await standing(), await standing()]
  one.write('blueprints/main.yaml', blueprint('two', 'one'))
  const saved = await one.save()
  await expect(other.planned(saved)).rejects.toThrow(/PLAN_FOREIGN The plan was made with the state/)
  await expect(one.planned({ ...saved, environment: 'prod' }, 'default')).rejects.toThrow(
    /PLAN_FOREIGN The plan is for the environment prod, not for default/,
  )
  one.write('ays.yaml', 'workspace: 11111111-1111-4111-8111-111111111111\n')
  await expect(one.planned(saved)).rejects.toThrow(/PLAN_FOREIGN The plan is for the workspace/)
})

test('of a plan with selection and variables the same is planned again', async () => {
  const world = await standing({}, 'vars: { text: { type: string, default: one } }\n')
  world.write('blueprints/main.yaml', blueprint("'${vars.text}'", "'${vars.text}'"))
  const saved = await world.save({ targets: ['file/a'] }, { text: 'two' })
  expect(await world.apply(saved)).toMatchObject({ state: 'ok', done: ['file/a'], elsewhere: [] })
  expect([world.content('/etc/a'), world.content('/etc/b')]).toEqual(['two', 'one'])
})

test('a replacement is done once by one plan', async () => {
  const world = await standing()
  const saved = await world.save({ replace: ['file/a'] })
  expect(await world.apply(saved)).toMatchObject({ state: 'ok', done: ['file/a'] })
  const { moved } = await world.planned(saved)
  expect(moved.map((problem) => problem.message)).toEqual([
    'Run 2 has applied this plan already; now it would be done a second time.',
  ])
})

test('a plan of removal is saved and applied alike, and refused when something else lives there by now', async () => {
  const world = await standing()
  const saved = await world.saveDestroy()
  world.write('blueprints/more.yaml', 'file__e: { node: n, path: /etc/e, content: e }\n')
  await world.run((workspace) => workspace.plan().then((plan) => workspace.apply(plan)))
  rmSync(join(world.folder, 'blueprints/more.yaml'))
  const { moved } = await world.planned(saved)
  expect(moved.map((problem) => problem.message).join()).toMatch(/file\/e/)
  await world.run((workspace) => workspace.plan().then((plan) => workspace.apply(plan)))
  expect(await world.apply(saved)).toMatchObject({ state: 'ok', moved: [] })
  expect((await world.planned(saved)).plan.services).toEqual([])
})

const short = ({ code, message }: Problem): string => `${code} ${message}`

interface World {
  readonly folder: string
  write(path: string, text: string): void
  save(options?: PlanOptions, vars?: Record<string, string>): Promise<SavedPlan>
  saveDestroy(): Promise<SavedPlan>
  planned(saved: SavedPlan, environment?: string): Promise<PlannedAgain>
  apply(saved: SavedPlan, meanwhile?: () => void): Promise<Record<string, unknown>>
  run<T>(use: (workspace: Workspace) => Promise<T>, options?: object): Promise<T>
  content(path: string): unknown
  edit(path: string, content: string): void
  lastRun(): unknown
}

/** A workspace whose files stand on a simulated node, all with the content `one`. */
async function standing(files: Record<string, string> = {}, settings = '{}\n'): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'ays-saved-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const run: World['run'] = async (use, options = {}) => {
    const workspace = await openWorkspace({ folder, ...options })
    try {
      return await use(workspace)
    } finally {
      await workspace.close()
    }
  }
  let last: unknown
  const node = worldFile(join(folder, '.ays/default/sim'), 'node/n' as Address)
  // As a person does it: through a file, and read back.
  const kept = (saved: SavedPlan): SavedPlan => readSavedPlan(JSON.stringify(saved), 'plan.json').saved
  for (const [path, text] of Object.entries({ ...files, 'ays.yaml': settings })) write(path, text)
  write('blueprints/main.yaml', blueprint('one', 'one'))
  await run(async (workspace) => workspace.apply(await workspace.plan()))
  return {
    folder,
    write,
    run,
    save: (options, vars) =>
      run(async (workspace) => kept(await workspace.savePlan(await workspace.plan(options))), vars ? { vars } : {}),
    saveDestroy: () => run(async (workspace) => kept(await workspace.savePlan(await workspace.planDestroy()))),
    planned: (saved, environment) =>
      run((workspace) => workspace.planSaved(saved), {
        ...openedFor(saved, folder),
        ...(environment ? { environment } : {}),
      }),
    apply: (saved, meanwhile) =>
      run(
        async (workspace) => {
          const { plan, moved, elsewhere } = await workspace.planSaved(saved)
          meanwhile?.()
          const result = await workspace.apply(plan)
          last = workspace.run(result.run)?.run
          return {
            state: result.state,
            done: result.jobs.filter((job) => job.state === 'ok').map((job) => job.service),
            moved,
            problems: result.problems.map(short),
            elsewhere: elsewhere.map(({ address, why }) => `${address} ${why}`),
          }
        },
        openedFor(saved, folder),
      ),
    content: (path) => {
      const { digest } = Object(readWorld(node).things[`file:${path}`]?.found)
      return ['one', 'two', 'by hand'].find((text) => fingerprint(text) === digest)
    },
    edit: (path, content) => {
      const there = readWorld(node)
      Object(there.things[`file:${path}`]?.found).digest = fingerprint(content)
      writeWorld(node, there)
    },
    lastRun: () => last,
  }
}
