// `npm test`: builds what is missing, installs what the tests of real nodes need where that is possible, runs every test,
// and ends with one line: N passed, N failed, N skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'ays-test-'))
const summary = join(folder, 'summary.json')

try {
  if (isOlder(join(root, 'dist/main.js'), ['src', 'scripts/build.mjs', 'package.json'])) {
    console.log('Building dist …')
    run(process.execPath, ['scripts/build.mjs'], { orExit: true })
  }
  prepareLab()
  const { status } = run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
    AYS_TEST_SUMMARY: summary,
  })
  process.exitCode = sumUp(status ?? 1)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The packages for lab nodes. Where they cannot be installed the tests that need them are skipped, by name. */
function prepareLab() {
  const hasApt = existsSync('/usr/bin/apt-get')
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !hasApt || process.env.AYS_TEST_INSTALL === '0') {
    console.log('Lab nodes are not prepared: that needs Linux, root and apt (and AYS_TEST_INSTALL other than 0).')
    return
  }
  install()
  const { status } = run(process.execPath, ['bin/ays.js', 'lab', 'prepare', '--yes'])
  if (status !== 0) console.log('Lab nodes could not be prepared: tests that need them are skipped.')
}

/** Programs that tests try kinds and transports with. Servers only in CI: elsewhere a test run starts none on a machine. */
function install() {
  const programs = ['btrfs-progs', 'busybox', 'bind9-dnsutils', 'iputils-ping', 'redis-tools']
  const servers = ['openssh-server', 'redis-server', 'bind9', 'caddy']
  const wanted = process.env.CI ? [...programs, ...servers] : programs
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...wanted], {
    encoding: 'utf8',
  })
  const missing = wanted.filter((name) => !stdout.includes(`${name} installed`))
  if (missing.length === 0) return
  console.log(`Installing for the tests: ${missing.join(', ')}`)
  const apt = (...args) =>
    run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], { DEBIAN_FRONTEND: 'noninteractive' })
  apt('update')
  if (apt('install', '-y', '--no-install-recommends', ...missing).status !== 0)
    console.log('They could not be installed: tests that need them are skipped.')
}

/** Prints the last line; gives the exit code, which is not 0 when nothing ran. */
function sumUp(status) {
  if (!existsSync(summary)) {
    console.log('0 passed, 1 failed, 0 skipped')
    return status || 1
  }
  const { passed, failed, skipped } = JSON.parse(readFileSync(summary, 'utf8'))
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return status !== 0 ? status : Number(failed > 0 || passed === 0)
}

function run(program, args, { orExit = false, ...env } = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (orExit && result.status !== 0) process.exit(result.status ?? 1)
  return result
}

/** True when the file is missing or anything it is made from is newer. */
function isOlder(file, sources) {
  if (!existsSync(file)) return true
  const made = statSync(file).mtimeMs
  return sources.some((source) => newest(join(root, source)) > made)
}

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
