/** Runs the steps of a composite action as GitHub's runner does: shells, environment, files, expressions, artifacts. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

interface Step {
  readonly name: string
  readonly id?: string
  readonly if?: string
  readonly shell?: string
  readonly run?: string
  readonly uses?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, string | boolean>>
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

export interface Job {
  /** Where action.yml is. */
  readonly action: string
  /** The checkout. */
  readonly workspace: string
  /** A new folder of the job is made in it. */
  readonly temp: string
  /** Artifacts of all runs: `<run>/<name>`. */
  readonly artifacts: string
  readonly run: string
  readonly token: string
  readonly inputs: Readonly<Record<string, string>>
  /** What the runner knows of the event: GITHUB_… */
  readonly github: Readonly<Record<string, string>>
}

export interface Ended {
  readonly ok: boolean
  readonly outputs: Readonly<Record<string, string>>
  /** What the steps print, commands of the workflow among it. */
  readonly log: string
  readonly summary: string
  /** Steps by what became of them. */
  readonly steps: Readonly<Record<string, 'ok' | 'failed' | 'skipped'>>
}

export async function runAction(job: Job): Promise<Ended> {
  const action = parse(readFileSync(join(job.action, 'action.yml'), 'utf8')) as Action // read as GitHub reads it
  if (action.runs.using !== 'composite') throw new Error('the action is no composite one')
  for (const name of Object.keys(job.inputs))
    if (!(name in action.inputs)) throw new Error(`the action has no input ${name}`)
  const temp = mkdtempSync(join(job.temp, 'runner-'))
  const known = new Map<string, string>([
    ['runner.temp', temp],
    ['github.token', job.token],
  ])
  for (const [name, { default: usual = '' }] of Object.entries(action.inputs))
    known.set(`inputs.${name}`, job.inputs[name] ?? filled(usual, known))
  const steps: Record<string, 'ok' | 'failed' | 'skipped'> = {}
  let ok = true
  let log = ''
  let summary = ''
  for (const step of action.runs.steps) {
    if (!isDue(step.if, ok, known)) {
      steps[step.name] = 'skipped'
      continue
    }
    const files = {
      GITHUB_OUTPUT: join(temp, `output-${step.name}`),
      GITHUB_STEP_SUMMARY: join(temp, `sum-${step.name}`),
    }
    for (const file of Object.values(files)) writeFileSync(file, '')
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, known)]))
    const ended = step.uses
      ? useStep(step, job, known)
      : await runStep(step, job, { ...files, ...own, RUNNER_TEMP: temp })
    log += ended.log
    summary += readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')
    for (const line of readFileSync(files.GITHUB_OUTPUT, 'utf8').split('\n')) {
      const at = line.indexOf('=')
      if (at > 0 && step.id) known.set(`steps.${step.id}.outputs.${line.slice(0, at)}`, line.slice(at + 1))
    }
    steps[step.name] = ended.ok ? 'ok' : 'failed'
    ok &&= ended.ok
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, known)])
  return { ok, outputs: Object.fromEntries(outputs), log, summary, steps }
}

function runStep(
  { shell, run = '' }: Step,
  job: Job,
  own: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly log: string }> {
  if (shell !== 'bash') throw new Error('a step of a composite action says its shell')
  const script = join(own.RUNNER_TEMP ?? '', 'step.sh')
  writeFileSync(script, run)
  const { PATH = '', HOME = '' } = process.env
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
    cwd: job.workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH,
      HOME,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: job.action,
      GITHUB_WORKSPACE: job.workspace,
      GITHUB_RUN_ID: job.run,
      ...job.github,
      ...own,
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      log += part.toString('utf8')
    })
  return new Promise((done) => child.on('close', (code) => done({ ok: code === 0, log })))
}

/** What the two actions of GitHub do with a folder. */
function useStep({ uses = '', with: given = {} }: Step, job: Job, known: ReadonlyMap<string, string>) {
  const value = (name: string): string => filled(String(given[name] ?? ''), known)
  const kept = join(job.artifacts, value('run-id') || job.run, value('name'))
  const path = value('path')
  if (/^actions\/upload-artifact@v\d+$/.test(uses)) {
    if (existsSync(path)) cpSync(path, kept, { recursive: true })
    return { ok: true, log: '' }
  }
  if (/^actions\/download-artifact@v\d+$/.test(uses)) {
    if (value('github-token') !== job.token) return { ok: false, log: 'the artifact of another run needs a token\n' }
    if (!existsSync(kept)) return { ok: false, log: `there is no artifact ${value('name')}\n` }
    mkdirSync(path, { recursive: true })
    cpSync(kept, path, { recursive: true })
    return { ok: true, log: '' }
  }
  throw new Error(`no such action is known here: ${uses}`)
}

const filled = (text: string, known: ReadonlyMap<string, string>): string =>
  text.replace(/\$\{\{\s*([^}]+?)\s*\}\}/g, (_, name: string) => namedValue(name, known))

function namedValue(name: string, known: ReadonlyMap<string, string>): string {
  if (/^'[^']*'$/.test(name)) return name.slice(1, -1)
  if (!/^(?:inputs|runner|github|steps)\.[\w.-]+$/.test(name))
    throw new Error(`an expression that is not known here: ${name}`)
  return known.get(name) ?? ''
}

function isDue(condition: string | undefined, ok: boolean, known: ReadonlyMap<string, string>): boolean {
  const terms = (condition ?? '').split('&&').map((term) => term.trim())
  if (!ok && !terms.includes('always()')) return false
  return terms.every((term) => {
    if (term === '' || term === 'always()') return true
    const [, left = '', sign, right = ''] = /^(\S+) (==|!=) (\S+)$/.exec(term) ?? []
    if (sign === undefined) throw new Error(`a condition that is not known here: ${term}`)
    return (namedValue(left, known) === namedValue(right, known)) === (sign === '==')
  })
}
