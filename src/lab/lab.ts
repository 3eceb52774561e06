// What is there of the lab of a workspace, read from this machine itself and not from any state.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { environmentVariables } from '../base/environment.ts'
import { labFolder, nodeFolder } from '../sal/lab/places.ts'

export interface LabNode {
  readonly slug: string
  readonly address: string
  readonly root: string
  readonly running: boolean
  readonly faults: readonly string[]
}

/** The tags of all workspaces that have something of a lab here, sorted. */
export async function listLabs(): Promise<readonly string[]> {
  return (await entries('/var/lib/ays/lab')).filter((name) => /^[0-9a-f]{8}$/.test(name))
}

/** The nodes of a workspace's lab, sorted. */
export async function listLabNodes(tag: string): Promise<readonly LabNode[]> {
  const slugs = await entries(join(labFolder(tag), 'nodes'))
  return await Promise.all(slugs.map((slug) => readLabNode(tag, slug)))
}

/** One node of a lab; throws when there is none of that slug. */
export async function findLabNode(tag: string, slug: string): Promise<LabNode> {
  const found = (await listLabNodes(tag)).find((node) => node.slug === slug)
  if (!found) throw new Error(`There is no lab node ${slug} on this machine.`)
  return found
}

/** What a node's first process and the program around it said, oldest first; at most the last 64 KiB. */
export async function readLabLog(tag: string, slug: string): Promise<string> {
  const text = await textOf(join(nodeFolder(tag, slug), 'log'))
  return text.slice(-65_536)
}

async function readLabNode(tag: string, slug: string): Promise<LabNode> {
  const folder = nodeFolder(tag, slug)
  const [address, root, groups, faults] = await Promise.all(
    ['address', 'root', 'cgroups', 'faults'].map((name) => textOf(join(folder, name))),
  )
  const held = await Promise.all(
    linesOf(groups).map((line) => textOf(join(line.slice(line.indexOf(' ') + 1), 'sup/cgroup.procs'))),
  )
  return {
    slug,
    address: (address ?? '').trim(),
    root: linesOf(root)[0] ?? '',
    running: held.some((pids) => pids.trim() !== ''),
    faults: linesOf(faults),
  }
}

const linesOf = (text: string | undefined): string[] => (text ?? '').split('\n').filter(Boolean)
const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')
const entries = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).sort()

const run = promisify(execFile)

/** Runs a sh script of ours with arguments, as root on this machine; throws with the end of its stderr. */
export async function runScript(script: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('sh', ['-c', script, 'sh', ...args], { timeout: 60_000, env: environmentVariables() })
    return stdout
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(stderr || String(error), { cause: error })
  }
}
