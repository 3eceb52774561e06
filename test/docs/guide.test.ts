/** The code of docs/writing-a-template.md is the code that is tested. `AYS_GOLDEN=write` copies it there. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'docs/vocabulary.md',
  'docs/writing-a-template.md',
  'docs/saved-plans.md',
  'docs/testing-blueprints.md',
  'docs/templates-of-a-workspace.md',
]
const examples = readdirSync(join(root, 'examples')).map((name) => `examples/${name}/README.md`)

test('the guide shows the template that is tested', () => {
  const page = join(root, 'docs/writing-a-template.md')
  const code = readFileSync(join(root, 'test/docs/site.ts'), 'utf8')
  const shown = code.slice(code.indexOf('export const site'))
  const before = readFileSync(page, 'utf8')
  const after = before.replace(
    /<!-- site.ts -->[\s\S]*<!-- \/site.ts -->/,
    () => `<!-- site.ts -->\n\`\`\`ts\n${shown}\`\`\`\n<!-- /site.ts -->`,
  )
  if (process.env.AYS_GOLDEN === 'write') writeFileSync(page, after)
  expect(readFileSync(page, 'utf8')).toBe(after)
})

test.each([...pages, ...examples])('%s links to files that exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to)
  const missing = links.filter((to) => !/^https?:/.test(to) && !existsSync(resolve(join(root, dirname(page)), to)))
  expect(missing).toEqual([])
})

test('ARCHITECTURE.md names files that exist, and every folder of src/', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const named = [...text.matchAll(/`((?:src|test|docs|examples|scripts|bin)\/[\w./-]+)`/g)].map(([, path = '']) => path)
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => `src/${name}/`).filter((folder) => !named.includes(folder))).toEqual([])
})
