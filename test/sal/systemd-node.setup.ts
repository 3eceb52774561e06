/** One lab node for all tests of kinds that need a running systemd; where there can be no lab, they are skipped by name. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeSpaceOf } from '../../src/sal/lab/places.ts'
import { keyOf } from '../../src/store/key.ts'

const program = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), 'bin/ays.js')

/** Names the node's first process in AYS_TEST_SYSTEMD, which the workers inherit. Gives what takes it down. */
export default function setup(): (() => void) | undefined {
  if (process.env.AYS_TEST_SYSTEMD || !canHaveLab()) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'ays-systemd-'))
  mkdirSync(join(folder, 'blueprints'))
  writeFileSync(join(folder, 'blueprints/main.yaml'), 'node.lab__kinds:\npackage__nftables:\n  node: kinds\n')
  const ays = (...args: string[]): string =>
    execFileSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  ays('apply', '--yes')
  const { tag } = keyOf(readFileSync(join(folder, '.ays/default/key')))
  process.env.AYS_TEST_SYSTEMD = initOf(tag, 'kinds')
  return () => {
    ays('destroy', '--yes', '--allow', 'data-loss')
    rmSync(folder, { recursive: true, force: true })
  }
}

function canHaveLab(): boolean {
  try {
    execFileSync(process.execPath, [program, 'lab', 'doctor'], { stdio: 'pipe' })
    return existsSync(join(dirname(program), '../dist/main.js'))
  } catch {
    return false
  }
}

/** The first process of a node, by the number that this machine knows it under. */
function initOf(tag: string, slug: string): string {
  const pids = execFileSync('ip', ['netns', 'pids', nodeSpaceOf(tag, slug)], { encoding: 'utf8' })
    .trim()
    .split('\n')
  const isInit = (pid: string): boolean => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  const init = pids.find(isInit)
  if (init === undefined) throw new Error(`The node ${slug} has no first process.`)
  return init
}
