/** The GitHub Action as a runner runs it: real git repositories, the built ays, simulated nodes, the API on loopback. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Ended, runAction } from '../ci/run-action.ts'
import { type ApiServer, apiServer, TOKEN } from '../review/api-server.ts'

const action = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = mkdtempSync(join(tmpdir(), 'ays-action-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let api: ApiServer
let root: string
let runs: number
beforeEach(async () => {
  api = await apiServer()
  root = mkdtempSync(join(folder, 'checkout-'))
  runs = 100
  git('init', '-q', '-b', 'main')
  write('infra/ays.yaml', 'workspace: 4f49c234-9b34-4499-99eb-08b843e171e5\n')
  write('.gitignore', '.ays/\n')
  write('infra/blueprints/main.yaml', blueprint('hello'))
  commit('the beginning')
  ays('apply', 'infra', '--yes')
})
afterEach(() => api.close())

const blueprint = (motd: string, more = ''): string => `node.sim__n1:
node.sim__n2:
file__motd: { node: n1, path: /etc/motd, content: ${motd} }
file__other: { node: n2, path: /etc/other, content: other }
${more}`

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const git = (...words: string[]): string =>
  execFileSync('git', ['-C', root, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

function commit(message: string): string {
  git('add', '-A')
  git('commit', '-qm', message)
  return git('rev-parse', 'HEAD')
}

/** Gives its exit code; 0 and 2 are answers. */
function ays(...words: string[]): number {
  try {
    execFileSync('node', [join(action, 'bin/ays.js'), ...words], { cwd: root, stdio: 'pipe' })
    return 0
  } catch (error) {
    return (error as { status: number }).status // what execFileSync throws for an exit code
  }
}

/** A push to the pull request: its branch is made from main, and what GitHub checks out is the merge of both. */
function push(branch: string, files: Readonly<Record<string, string>>): void {
  const isNew = git('branch', '--list', branch) === ''
  git('checkout', '-q', ...(isNew ? ['-b', branch, 'main'] : [branch]))
  for (const [file, text] of Object.entries(files)) write(file, text)
  commit(`on ${branch}`)
  git('checkout', '-q', '--detach', 'main')
  git('merge', '-q', '--no-ff', '-m', 'the merge that GitHub makes', branch)
}

function merge(branch: string): void {
  git('checkout', '-q', 'main')
  git('merge', '-q', '--no-ff', '-m', `Merge ${branch}`, branch)
}

interface Event {
  readonly command: string
  readonly from?: 'here' | 'a fork'
  readonly inputs?: Readonly<Record<string, string>>
}

function run({ command, from = 'here', inputs = {} }: Event): Promise<Ended> {
  const event = `${root}-event.json`
  const repo = (name: string) => ({ repo: { full_name: name } })
  writeFileSync(
    event,
    JSON.stringify({
      number: 7,
      pull_request: {
        number: 7,
        merged: command === 'apply',
        base: { sha: git('rev-parse', 'main'), ...repo('acme/infra') },
        head: repo(from === 'here' ? 'acme/infra' : 'mallory/infra'),
      },
    }),
  )
  return runAction({
    action,
    workspace: root,
    temp: folder,
    artifacts: `${root}-artifacts`,
    run: String(++runs),
    token: TOKEN,
    inputs: { command, folder: 'infra', ...inputs },
    github: {
      GITHUB_API_URL: api.github,
      GITHUB_REPOSITORY: 'acme/infra',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      GITHUB_REF: command === 'apply' ? 'refs/heads/main' : 'refs/pull/7/merge',
    },
  })
}

const artifact = (file: string): string => join(`${root}-artifacts`, String(runs), 'ays-plan', file)
const written = (): string[] => api.calls.filter((call) => call.method !== 'GET').map((call) => call.method)
const main = 'infra/blueprints/main.yaml'

describe('the action', () => {
  test('reviews a pull request, tells what is new at its second push, and applies on merge what was reviewed', async () => {
    push('change', { [main]: blueprint('good-day') })
    const first = await run({ command: 'plan' })
    expect(first.log).not.toMatch(/::error/)
    expect(first).toMatchObject({ ok: true, outputs: { trust: 'trusted', changes: 'true', risk: 'low' } })
    expect(api.comments).toHaveLength(1)
    expect(api.comments[0]?.body).toContain('file/motd')
    expect(first.summary).toContain('file/motd')
    expect(JSON.parse(readFileSync(artifact('plan.json'), 'utf8'))).toMatchObject({ hash: first.outputs.hash })

    push('change', { [main]: blueprint('good-day', 'file__new: { node: n2, path: /etc/new, content: new }\n') })
    const second = await run({ command: 'plan' })
    expect(api.comments).toHaveLength(1)
    expect(api.comments[0]?.body).toMatch(/Since the last plan .*: new .*file\/new/)
    expect(written()).toEqual(['POST', 'PATCH'])

    merge('change')
    const applied = await run({ command: 'apply' })
    expect(applied.log).toContain('Applied')
    expect(applied).toMatchObject({ ok: true, steps: { Review: 'skipped', Apply: 'ok' } })
    expect(applied.summary).toContain('ays apply: applied')
    expect(second.outputs.hash).not.toBe(first.outputs.hash)
    expect(ays('plan', 'infra')).toBe(0)
    for (const { log, summary } of [first, second, applied]) expect(log + summary).not.toContain(TOKEN)
  })

  test('a plan of which something moved since the review is refused, and nothing is done', async () => {
    push('change', { [main]: blueprint('good-day') })
    await run({ command: 'plan' })
    merge('change')
    write(main, blueprint('good-day', 'file__meanwhile: { node: n1, path: /etc/m, content: m }\n'))
    commit('straight to main')
    const applied = await run({ command: 'apply' })
    expect(applied).toMatchObject({ ok: false, steps: { Apply: 'failed' } })
    expect(applied.log).toContain('PLAN_STALE')
    expect(applied.summary).toContain('ays apply: failed')
    expect(ays('plan', 'infra')).toBe(2)
  })

  test('another plan than the one in the comment is refused', async () => {
    push('change', { [main]: blueprint('good-day') })
    await run({ command: 'plan' })
    const other = readFileSync(artifact('plan.json'), 'utf8').replace(/"hash": "[0-9a-f]{8}/, '"hash": "00000000')
    writeFileSync(artifact('plan.json'), other)
    merge('change')
    const applied = await run({ command: 'apply' })
    expect(applied).toMatchObject({ ok: false, steps: { Apply: 'failed' } })
    expect(applied.log).toContain('the plan that was reviewed is')
    expect(ays('plan', 'infra')).toBe(2)
  })

  test('nothing is applied where nothing was reviewed, whatever someone else writes', async () => {
    push('change', { [main]: blueprint('good-day') })
    await run({ command: 'plan' })
    const [comment] = api.comments
    if (comment) comment.who = 'mallory'
    merge('change')
    const applied = await run({ command: 'apply' })
    expect(applied).toMatchObject({ ok: false, steps: { 'Find the reviewed plan': 'failed', Apply: 'skipped' } })
    expect(ays('plan', 'infra')).toBe(2)
  })

  test('a plan that policy.yaml denies fails the review, and the comment says which rule', async () => {
    push('change', {
      [main]: blueprint('good-day'),
      'infra/policy.yaml': 'rules: [{ name: none, deny: plan.nodes.size() > 0, message: nothing today }]\n',
    })
    const denied = await run({ command: 'plan' })
    expect(denied).toMatchObject({ ok: false, steps: { Review: 'failed' }, outputs: { changes: 'true' } })
    expect(api.comments[0]?.body).toContain('nothing today')
    expect(denied.log).toContain('policy.yaml denies this plan')
    expect(denied.log).toMatch(/::error file=infra\/policy\.yaml,line=1.*nothing today/)
  })

  test('every mistake stands at its line of the repository, and in the comment', async () => {
    push('broken', { [main]: `${blueprint('x')}file__bad: { node: n9, path: /b, contnt: c }\n` })
    const review = await run({ command: 'plan' })
    expect(review.ok).toBe(false)
    expect(review.log).toMatch(/::error file=infra\/blueprints\/main\.yaml,line=5,endLine=5,col=\d+,.*::.*contnt/)
    expect(review.log).toMatch(/::error file=infra\/blueprints\/main\.yaml,line=5,.*LINK_UNKNOWN::/)
    expect(api.comments[0]?.body).toContain('contnt')
    expect(review.summary).toContain('contnt')
    push('broken', { [main]: blueprint('mended') })
    expect((await run({ command: 'plan' })).ok).toBe(true)
    expect(api.comments).toHaveLength(1)
    expect(api.comments[0]?.body).not.toContain('contnt')
  })

  test('of a fork there is a diff: nothing of it runs, nothing is written with the token, and it is not planned', async () => {
    const mark = join(folder, 'mark')
    const evil = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(mark)}, 'ran')\nexport default { name: 'evil', summary: 'Evil.', data: { type: 'object', properties: {} } }\n`
    push('fork', { [main]: blueprint('from-a-fork'), 'infra/templates/evil/template.mjs': evil })
    const review = await run({ command: 'plan', from: 'a fork' })
    expect(review).toMatchObject({ ok: true, outputs: { trust: 'untrusted', changes: 'true' } })
    expect(existsSync(mark)).toBe(false)
    expect(api.calls).toEqual([])
    expect(review.summary).toContain('file/motd')
    expect(review.summary).toContain('templates/evil differs in the head, which is not trusted')
    expect(existsSync(artifact('diff.md'))).toBe(true)
    expect(existsSync(artifact('plan.json'))).toBe(false)
    // The same from here runs it: the test could fail.
    await run({ command: 'plan' })
    expect(existsSync(mark)).toBe(true)
  })

  test('mistakes of a fork are told at their lines too', async () => {
    push('fork', { [main]: `${blueprint('x')}file__bad: { node: n9 }\n` })
    const review = await run({ command: 'plan', from: 'a fork' })
    expect(review.ok).toBe(false)
    expect(review.log).toMatch(/::error file=infra\/blueprints\/main\.yaml,line=5,/)
  })

  test.each([
    ['changes', false],
    ['medium', true],
    ['never', true],
  ])('with fail-on %s a harmless change is let through: %s', async (failOn, ok) => {
    push('change', { [main]: blueprint('good-day') })
    const review = await run({ command: 'plan', inputs: { 'fail-on': failOn } })
    expect(review.ok).toBe(ok)
    expect(api.comments).toHaveLength(1)
  })

  test('a diff is compared with where the pull request left its base', async () => {
    push('change', { [main]: blueprint('good-day') })
    git('checkout', '-q', 'main')
    write('infra/blueprints/later.yaml', 'file__later: { node: n1, path: /later, content: l }\n')
    commit('later on main')
    git('checkout', '-q', 'change')
    const review = await run({ command: 'diff' })
    expect(review.ok).toBe(true)
    expect(api.comments[0]?.body).toContain('file/motd')
    expect(api.comments[0]?.body).not.toContain('later')
  })

  test('an API that fails for a while is waited for', async () => {
    push('change', { [main]: blueprint('good-day') })
    api.faults.push({ match: /GET .*comments/, status: 503, headers: { 'retry-after': '1' } })
    expect((await run({ command: 'plan' })).ok).toBe(true)
    expect(api.comments).toHaveLength(1)
  })
})
