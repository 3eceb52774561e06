/** Looks at this machine and this workspace for what ays needs, and says what is missing and what to do. */
import { execa } from 'execa'
import { environmentVariables } from './base/environment.ts'
import { ProblemsError, throwProblems } from './base/problem.ts'
import type { Workspace } from './workspace.ts'

export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly what: string
  readonly hint?: string
}

/** `open` gives the workspace, or throws ProblemsError where there is none. */
export async function checkMachine(open: () => Promise<Workspace>): Promise<readonly Check[]> {
  const checks = [checkNode(process.versions.node), await checkSsh(), await checkState()]
  try {
    const workspace = await open()
    try {
      return [...checks, ...(await checkWorkspace(workspace))]
    } finally {
      await workspace.close()
    }
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return [
      ...checks,
      ...error.problems.map(
        (problem): Check => ({
          name: 'workspace',
          state: problem.code === 'WORKSPACE_MISSING' ? 'warning' : 'error',
          what: problem.message,
          ...(problem.hint ? { hint: problem.hint } : {}),
        }),
      ),
    ]
  }
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > 20 || (major === 20 && minor >= 19)
  return {
    name: 'node',
    state: enough ? 'ok' : 'error',
    what: `Node.js ${version}`,
    ...(enough ? {} : { hint: 'ays needs Node.js 20.19 or newer.' }),
  }
}

async function checkSsh(): Promise<Check> {
  const { stderr, failed } = await execa('ssh', ['-V'], {
    reject: false,
    timeout: 5_000,
    env: environmentVariables(),
    extendEnv: false,
  })
  if (failed)
    return {
      name: 'ssh',
      state: 'error',
      what: 'No ssh client was found.',
      hint: 'Install OpenSSH (Debian: openssh-client). The local node works without.',
    }
  return { name: 'ssh', state: 'ok', what: stderr.trim() }
}

async function checkState(): Promise<Check> {
  const driver = await sqliteHere()
  if (driver) return { name: 'state', state: 'ok', what: driver }
  return {
    name: 'state',
    state: 'error',
    what: 'No SQLite can be loaded.',
    hint: 'Run `npm rebuild better-sqlite3` (it needs python3, make and g++), or use Node.js 22.13 or newer.',
  }
}

/** The name of the SQLite that can be loaded here, the one that the store takes. */
async function sqliteHere(): Promise<string | undefined> {
  for (const name of ['better-sqlite3', 'node:sqlite']) {
    try {
      await import(name)
      return name
    } catch {
      // Not here: the next one may be, and if none is the check says so.
    }
  }
  return undefined
}

async function checkWorkspace(workspace: Workspace): Promise<Check[]> {
  const holder = workspace.holder()
  const services = workspace.memory().services.size
  const checks: Check[] = [
    {
      name: 'workspace',
      state: 'ok',
      what: `${workspace.root} (environment ${workspace.environment}, ${services} services applied)`,
    },
    holder
      ? {
          name: 'lease',
          state: 'warning',
          what: `${holder.who} holds it.`,
          hint: 'If that ays is dead, `ays unlock` clears it.',
        }
      : { name: 'lease', state: 'ok', what: 'free' },
  ]
  try {
    const { graph, problems } = await workspace.validate()
    throwProblems(problems)
    return [...checks, { name: 'blueprints', state: 'ok', what: `${graph.services.size} services, no mistakes` }]
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return [
      ...checks,
      {
        name: 'blueprints',
        state: 'error',
        what: `${error.problems.length} mistakes`,
        hint: '`ays validate` shows them.',
      },
    ]
  }
}
