/** The GitLab template as a runner runs it: its scripts in a real repository, the built ays, the API on loopback. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type ApiServer, apiServer, TOKEN } from '../review/api-server.ts'

interface Template {
  readonly variables?: Readonly<Record<string, string>>
  readonly before_script?: readonly string[]
  readonly script?: readonly string[]
}

const home = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = mkdtempSync(join(tmpdir(), 'ays-gitlab-'))
const template = parse(readFileSync(join(home, 'ci/gitlab.yml'), 'utf8')) as Readonly<Record<string, Template>>
let api: ApiServer
beforeAll(async () => {
  api = await apiServer()
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

const git = (...words: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words], {
    encoding: 'utf8',
  }).trim()

function commit(motd: string): string {
  mkdirSync(join(folder, 'blueprints'), { recursive: true })
  writeFileSync(join(folder, 'ays.yaml'), '')
  writeFileSync(join(folder, '.gitignore'), '.ays/\n.ays-review/\n')
  writeFileSync(
    join(folder, 'blueprints/main.yaml'),
    `node.sim__n1:\nfile__motd: { node: n1, path: /etc/motd, content: ${motd} }\n`,
  )
  git('add', '-A')
  git('commit', '-qm', motd)
  return git('rev-parse', 'HEAD')
}

/** The variables of the template are filled in as the runner does; its scripts run in one shell, ended by the first error. */
function job(
  name: string,
  more: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly log: string }> {
  const { PATH = '', HOME = '' } = process.env
  const given: Record<string, string> = {
    ...{ PATH, HOME, CI: 'true', CI_PROJECT_DIR: folder, CI_PROJECT_ID: 'acme/infra', CI_API_V4_URL: api.gitlab },
    ...{ CI_MERGE_REQUEST_IID: '7', CI_MERGE_REQUEST_PROJECT_ID: 'acme/infra', CI_JOB_ID: '9' },
    ...{ CI_MERGE_REQUEST_SOURCE_PROJECT_ID: 'acme/infra', GITLAB_TOKEN: TOKEN },
    ...more,
  }
  for (const [key, value] of Object.entries(template['.ays']?.variables ?? {}))
    given[key] = value.replace(/\$(\w+)/g, (_, variable: string) => given[variable] ?? '')
  const script = [...(template['.ays']?.before_script ?? []), ...(template[name]?.script ?? [])].join('\n')
  const child = spawn('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...given, AYS_HOME: home },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      log += part.toString('utf8')
    })
  return new Promise((done) => child.on('close', (code) => done({ ok: code === 0, log })))
}

test('a merge request is reviewed in one note, applied as it was reviewed, and of a fork only compared', async () => {
  git('init', '-q', '-b', 'main')
  const base = commit('one')
  commit('two')
  const about = { CI_MERGE_REQUEST_DIFF_BASE_SHA: base }
  const review = await job('.ays-review', about)
  expect(review.log).toContain('Saved as plan')
  expect(review.ok).toBe(true)
  expect((await job('.ays-review', about)).ok).toBe(true)
  expect(api.comments).toHaveLength(1)
  expect(api.comments[0]?.body).toContain('the same plan, nothing moved')

  const applied = await job('.ays-apply', about)
  expect(applied.log).toContain('Applied')
  expect(applied.ok).toBe(true)
  // Twice does nothing twice.
  expect((await job('.ays-apply', about)).log).toContain('it is applied already')

  api.calls.length = 0
  const fork = await job('.ays-review', { ...about, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: 'mallory/infra' })
  expect(fork.ok).toBe(true)
  expect(fork.log).toContain('file/motd')
  expect(api.calls).toEqual([])
  for (const { log } of [review, applied, fork]) expect(log).not.toContain(TOKEN)
})
