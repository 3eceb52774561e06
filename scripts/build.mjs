// Bundles src/ into dist/, so that `ays` starts fast and needs nothing from npm at run time but the optional better-sqlite3.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const started = performance.now()

// main.js and all.js are two entry points because a command table in main.js would be imported by oclif while
// main.js still awaits oclif: a circle of awaits, which Node ends with exit code 13 and no message.
const entries = {
  main: 'src/cli/main.ts',
  all: 'src/cli/all.ts',
  index: 'src/index.ts',
  'lab-proxy': 'src/lab/apt-proxy.ts',
}

const banner = `import { createRequire as ays_createRequire } from 'node:module';
import { fileURLToPath as ays_fileURLToPath } from 'node:url';
import { dirname as ays_dirname } from 'node:path';
const require = ays_createRequire(import.meta.url);
const __filename = ays_fileURLToPath(import.meta.url);
const __dirname = ays_dirname(__filename);`

// Built beside dist and put in its place at the end: what runs from dist meanwhile is whole, and a failed build leaves it.
const fresh = `${dist}.${process.pid}`
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }))
mkdirSync(fresh, { recursive: true })

const result = await build({
  absWorkingDir: root,
  entryPoints: Object.entries(entries)
    .filter(([, file]) => existsSync(join(root, file)))
    .map(([out, file]) => ({ in: file, out })),
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  external: ['better-sqlite3', 'node:sqlite'],
  // The packages' ES modules: smaller, and a lazily loaded one keeps its named exports.
  mainFields: ['module', 'main'],
  banner: { js: banner },
  minifySyntax: true,
  lineLimit: 200,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
}).catch(() => process.exit(1)) // esbuild has said why

writeFileSync(join(fresh, 'THIRD-PARTY.txt'), thirdParty(Object.keys(result.metafile.inputs)))
rmSync(dist, { recursive: true, force: true })
renameSync(fresh, dist)
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(`dist: ${(bytes / 1e6).toFixed(1)} MB in ${((performance.now() - started) / 1000).toFixed(1)} s`)

/** Name, version and licence text of every package of which something is in the bundle. */
function thirdParty(inputs) {
  const folders = new Set()
  for (const input of inputs) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (found) folders.add(found[1])
  }
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one))
    const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `Licence: ${license}`
    return `${name} ${version} (${license})\n\n${text}`
  })
  return `The files of this folder contain parts of these packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
