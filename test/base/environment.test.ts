import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import {
  environmentVariable,
  environmentVariables,
  keepFromChildren,
  wholeEnvironment,
} from '../../src/base/environment.ts'

afterEach(() => {
  delete process.env.AYS_TEST_KEPT
})

test('a variable that holds a secret is read, and not handed to child processes', () => {
  process.env.AYS_TEST_KEPT = 'geheim'
  expect(environmentVariables().AYS_TEST_KEPT).toBe('geheim')
  keepFromChildren(['AYS_TEST_KEPT'])
  expect(environmentVariables().AYS_TEST_KEPT).toBeUndefined()
  expect(environmentVariables().PATH).toBe(process.env.PATH)
  expect([environmentVariable('AYS_TEST_KEPT'), wholeEnvironment().AYS_TEST_KEPT]).toEqual(['geheim', 'geheim'])
})

test('every file that starts processes says with which environment', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url))
  const starting = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }))
    .filter(({ text }) => /^import \{[^}]*\} from '(?:node:child_process|execa)'/m.test(text))
  expect(starting.length).toBeGreaterThan(10)
  const calls = /\b(?:spawn|spawnSync|execFile|execFileSync|execa|execaSync|run)\(/
  const silent = starting.filter(
    ({ text }) => calls.test(text) && !/\b(?:environmentVariables|wholeEnvironment)\(\)/.test(text),
  )
  expect(silent.map(({ file }) => file)).toEqual([])
})
