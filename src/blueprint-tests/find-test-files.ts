/** Finds the tests of a workspace: in `tests/`, beside blueprints, and in the folders of its templates. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { isTestFile } from '../workspace/read.ts'

/** Absolute paths, sorted as they stand in the workspace. */
export function findTestFiles(root: string): string[] {
  const nested = ['tests', 'templates'].flatMap((folder) => filesIn(join(root, folder), true))
  return [...nested, ...filesIn(join(root, 'blueprints'), false)]
    .filter((path) => isTestFile(path))
    .sort((a, b) => (relative(root, a) < relative(root, b) ? -1 : 1))
}

function filesIn(folder: string, recursive: boolean): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((name) => !/(^|[\\/])\./.test(name))
    .map((name) => resolve(folder, name))
    .filter((path) => statSync(path).isFile())
}
