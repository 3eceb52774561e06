import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PackagesWanted, packages, packagesKind } from '../../../src/sal/apt/packages.ts'
import { laws } from '../laws.ts'

const name = fc.constantFrom('redis-server', 'libc6:i386', 'g++', 'nginx=1.22.1-9', 'btrfs-progs', 'nginx')
const wanted = fc
  .array(name, { maxLength: 4 })
  .filter(oneVersion)
  .map((names) => packages(names).wanted as PackagesWanted)
const versions = fc.dictionary(fc.constantFrom('redis-server', 'g++', 'nginx'), fc.constantFrom('1.0-1', null))

laws(packagesKind, { wanted, found: versions.map((all) => ({ packages: { ...all } })) })

test('two services share one thing, and their names unite', () => {
  const merged = packagesKind.merge?.({ names: ['b'] }, { names: ['a', 'b=2'] })
  expect(merged).toEqual({ wanted: { names: ['a', 'b=2'] } })
})

test('two versions of one package are refused by name', () => {
  expect(packagesKind.merge?.({ names: ['a=1'] }, { names: ['a=2'] })).toEqual({
    conflict: 'a is wanted as 1 and as 2',
  })
})

test('what was there before ays came is never purged', () => {
  const before = { packages: { kept: '1', gone: null } }
  const found = { packages: { kept: '1', gone: '2', later: '3' } }
  const [command] = packagesKind.remove({ names: ['gone', 'kept', 'later'] }, before, found)
  expect(command?.title).toBe('purge gone later')
})

test.each([
  ['E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (apt)', true],
  ['E: Failed to fetch http://deb/x.deb  404  Not Found', true],
  ['E: Unable to locate package nosuch', false],
])('%s: another try helps: %s', (stderr, again) => {
  expect(packagesKind.transient?.({ title: 'install', code: 100, stdout: '', stderr })).toBe(again)
})

function oneVersion(names: readonly string[]): boolean {
  return !(names.includes('nginx') && names.some((one) => one.startsWith('nginx=')))
}
