import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { docsPages } from '../../src/cli/write-docs.ts'

const docs = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), 'docs')
const pages = [...docsPages([])].filter(([file]) => file !== 'commands.md')

test.each(pages)('docs/%s says what the code says (npm run docs writes it)', (file, text) => {
  expect(existsSync(join(docs, file)) ? readFileSync(join(docs, file), 'utf8') : 'missing').toBe(text)
})

test('no page stands there for a template that is gone', () => {
  const names = new Set(pages.map(([file]) => file))
  expect(readdirSync(join(docs, 'templates')).filter((file) => !names.has(`templates/${file}`))).toEqual([])
})
