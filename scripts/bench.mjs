// `npm run bench`: measures planning, start-up and applies over real sshd, and prints tables. Nothing is installed.
//   --quick          small sizes, one run each: to see that it works, not to learn figures
//   --only a,b       of planning, views, start-up, editor, fleet
//   --write          puts the tables between <!-- bench --> and <!-- /bench --> of README.md
//   --out DIR        where latest.json and latest.md go; default test/bench/results, nowhere with --quick
//   --root DIR       another built checkout, to compare with
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { benchEditor } from '../test/bench/editor.mjs'
import { benchFleet } from '../test/bench/fleet.mjs'
import { home } from '../test/bench/measure.mjs'
import { benchPlanning } from '../test/bench/planning.mjs'
import { keep, machine, markdown, tableText, writeBetweenMarks } from '../test/bench/report.mjs'
import { benchStartUp } from '../test/bench/start-up.mjs'
import { benchViews } from '../test/bench/views.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string', default: 'planning,views,start-up,editor,fleet' },
    out: { type: 'string' },
    root: { type: 'string', default: home },
  },
})
const root = resolve(flags.root)
if (!existsSync(join(root, 'dist/main.js'))) {
  console.error('ays is not built yet: run `npm run build` first.')
  process.exit(1)
}

const { quick } = flags
// Short: sockets of ssh lie in it.
const folder = mkdtempSync(join(tmpdir(), 'ab-'))
const common = { ays: (...words) => [process.execPath, join(root, 'bin/ays.js'), ...words], root, folder }
const benches = {
  planning: () => benchPlanning({ ...common, sizes: quick ? [100, 1_000] : [1_000, 10_000], times: quick ? 1 : 5 }),
  views: () => benchViews({ ...common, size: quick ? 500 : 10_000, times: quick ? 1 : 5 }),
  'start-up': () => benchStartUp({ ...common, times: quick ? 1 : 9 }),
  editor: () => benchEditor({ ...common, services: quick ? 100 : 1_000, times: quick ? 3 : 40 }),
  fleet: () =>
    benchFleet({ ...common, nodes: quick ? 2 : 10, files: quick ? 3 : 20, times: quick ? 1 : 3, others: !quick }),
}

try {
  const on = machine()
  const tables = []
  console.log(markdown([], on))
  for (const id of flags.only.split(',')) {
    if (!benches[id]) throw new Error(`--only knows ${Object.keys(benches).join(', ')}, not ${id}.`)
    console.error(`${id} …`)
    const table = await benches[id]()
    console.log(`\n${tableText(table)}`)
    tables.push(table)
  }
  const text = markdown(tables, on)
  const out = flags.out ?? (quick ? undefined : join(home, 'test/bench/results'))
  if (out) keep(out, tables, on)
  if (flags.write && !writeBetweenMarks(join(home, 'README.md'), text)) {
    console.error('README.md has no <!-- bench --> … <!-- /bench -->: nothing was written there.')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
