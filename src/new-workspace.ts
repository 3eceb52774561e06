/** Makes a workspace: ays.yaml, a folder for blueprints with an example to fill in, and what git should pass over. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Files that were written, relative to the folder. What is there already is left as it is; running it twice is harmless. */
export async function createWorkspace(
  folder: string,
): Promise<{ readonly root: string; readonly written: readonly string[]; readonly kept: readonly string[] }> {
  const root = resolve(folder)
  await mkdir(join(root, 'blueprints'), { recursive: true })
  const files: Readonly<Record<string, string>> = {
    'ays.yaml': workspaceFile(randomUUID()),
    'blueprints/main.yaml': firstBlueprint,
  }
  const written: string[] = []
  const kept: string[] = []
  for (const [file, text] of Object.entries(files)) {
    if (existsSync(join(root, file))) kept.push(file)
    else {
      await writeFile(join(root, file), text, { flag: 'wx' })
      written.push(file)
    }
  }
  if (await ignoreState(join(root, '.gitignore'))) written.push('.gitignore')
  return { root, written, kept }
}

/** The state holds what was applied; it belongs to this machine, not into git. */
async function ignoreState(file: string): Promise<boolean> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : ''
  if (before.split('\n').some((line) => /^\/?\.ays\/?$/.test(line.trim()))) return false
  await writeFile(file, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}.ays/\n`)
  return true
}

const workspaceFile = (
  id: string,
): string => `# This folder is a workspace of ays. The id tells its things on shared nodes from those of others: keep it.
workspace: ${id}
`

const firstBlueprint = `# Services, each a block <template>__<name>. \`ays templates\` lists what there is, \`ays plan\` shows what would happen.
#
# node__n1:
#   host: 10.0.0.11
#
# storage_engine__cache:
#   node: n1
#   maxMemory: 512mb
`
