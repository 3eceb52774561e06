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
