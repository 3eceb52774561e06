import { expect, test } from 'vitest'
import { normalize } from '../../src/cli/main.ts'

test.each([
  ['--refresh=false', '--no-refresh'],
  ['--refresh=true', '--refresh'],
  ['--no-refresh=true', '--no-refresh'],
  ['--no-refresh=false', '--refresh'],
  ['--refreshing=false', '--refreshing=false'],
])('%s is read as %s', (given, meant) => {
  expect(normalize(['plan', given])).toEqual(['plan', meant])
})

test('what comes after -- is left alone', () => {
  expect(normalize(['exec', 'n1', '--', 'x', '--refresh=false'])).toEqual(['exec', 'n1', '--', 'x', '--refresh=false'])
})
