#!/usr/bin/env node
// The door of the command line: answers `--version` by itself, and leaves the rest to dist/main.js.
import { existsSync, readFileSync } from 'node:fs'

const [first, ...rest] = process.argv.slice(2)
if (rest.length === 0 && (first === '--version' || first === '-v' || first === 'version')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  console.log(`ays ${version}`)
} else if (!existsSync(new URL('../dist/main.js', import.meta.url))) {
  console.error('ays is not built yet. Run `npm ci` (or `npm run build`) in its folder.')
  process.exitCode = 1
} else {
  const { main } = await import('../dist/main.js')
  process.exitCode = await main(process.argv.slice(2))
}
