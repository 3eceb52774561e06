import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PackagesWanted, packages, packagesKind } from '../../../src/sal/apt/packages.ts'
import { expectJoined } from '../laws.ts'
import { hasPrograms } from '../node.ts'
import { lacksForRoom, openRoom, type Room } from '../room.ts'
import { MAKE_REPOSITORY } from './repository.ts'

const lacks = lacksForRoom() ?? (hasPrograms('apt-get', 'dpkg-deb') ? undefined : 'apt and dpkg')
let room: Room
beforeEach(async (ctx) => {
  if (lacks) return ctx.skip(`needs ${lacks}`)
  room = await openRoom({ whole: true })
  room.sh(MAKE_REPOSITORY, '/srv/ays-test-repository')
})
afterEach(() => room?.close())

const wantedOf = (...names: string[]): PackagesWanted => packages(names).wanted as PackagesWanted
const installed = (): string =>
  room.sh(
    `dpkg-query -W -f='\${db:Status-Abbrev}\${Package} \${Version}\n' 'ays-test-*' 2>/dev/null | sed -n 's/^ii //p' || true`,
  )

test('packages that no list knows yet are installed after an update, and go with what they brought', async () => {
  const wanted = wantedOf('ays-test-a', 'ays-test-other')
  await expectJoined(room, packagesKind, [wanted, wantedOf('dpkg')])
  const { before } = await room.settle(packagesKind, wanted)
  expect(before).toEqual({ packages: { 'ays-test-a': null, 'ays-test-other': null } })
  expect(installed()).toBe('ays-test-a 2.0\nays-test-b 1.0\nays-test-other 1.0\n')
  expect((await room.settle(packagesKind, wanted)).changes).toEqual([])
  await expectJoined(room, packagesKind, [wanted, wantedOf('dpkg')])
  await room.undo(packagesKind, wanted, before)
  expect(installed()).toBe('')
  expect(room.sh('ls -A "$1"', room.ays)).toBe('')
})

test('a source that came after the lists is asked before anything is installed, and only then', async () => {
  const second = '/srv/ays-test-second'
  room.sh(MAKE_REPOSITORY, second)
  room.sh(
    'cd "$1"; rm ays-test-a_1.0.deb ays-test-other_1.0.deb; sed -i "/^Package: ays-test-other/,/^$/d" Packages',
    second,
  )
  // The first source has version 1.0 alone.
  room.sh(
    'cd "$1"; awk \'BEGIN { RS = ""; ORS = "\\n\\n" } !/Package: ays-test-a\\nVersion: 2/\' Packages >P; mv P Packages; echo "deb [trusted=yes] file:$1 ./" >/etc/apt/sources.list; apt-get -qq update; touch -d "1 minute ago" /var/lib/apt/lists/partial',
    '/srv/ays-test-repository',
  )
  const listed = (): string => room.sh('stat -c %Y /var/lib/apt/lists/partial')
  const policy = (name: string): string => room.sh('apt-cache policy "$1" | sed -n "s/^  Candidate: //p"', name)
  await room.settle(packagesKind, wantedOf('ays-test-other'))
  expect(policy('ays-test-a')).toBe('1.0\n')
  room.sh('touch -d "1 minute ago" /var/lib/apt/lists/partial')
  const before = listed()
  await room.settle(packagesKind, wantedOf('ays-test-other', 'ays-test-b'))
  expect(listed()).toBe(before)
  expect(room.sh('cat "$1/packages/updated" 2>/dev/null || true', room.ays)).toBe('')
  room.sh('echo "deb [trusted=yes] file:$1 ./" >/etc/apt/sources.list.d/second.list', second)
  room.sh('touch -d "1 hour ago" /etc/apt/sources.list.d/second.list')
  await room.settle(packagesKind, wantedOf('ays-test-a'))
  expect(installed()).toContain('ays-test-a 2.0')

  // A source that goes is noticed as well.
  room.sh('rm /etc/apt/sources.list.d/second.list; touch -d "1 minute ago" /var/lib/apt/lists/partial')
  const noted = room.sh('cat "$1/packages/updated"', room.ays)
  await room.settle(packagesKind, wantedOf('ays-test-mine'))
  expect(room.sh('cat "$1/packages/updated"', room.ays)).not.toBe(noted)
  const then = listed()
  await room.settle(packagesKind, wantedOf('ays-test-daemon'))
  expect(listed()).toBe(then)
})

test('a version that is wanted is the one installed, upwards and downwards', async () => {
  await room.settle(packagesKind, wantedOf('ays-test-a'))
  const { changes } = await room.settle(packagesKind, wantedOf('ays-test-a=1.0'))
  expect(changes).toMatchObject([{ path: 'packages.ays-test-a', from: '2.0', to: '1.0' }])
  await room.undo(packagesKind, wantedOf('ays-test-a=1.0'), { packages: { 'ays-test-a': '2.0' } })
})

test('what a person installed stays, also what nobody needs any more', async () => {
  room.sh(
    'apt-get -qq update; apt-get -qq install -y ays-test-b; apt-get -qq install -y ays-test-other; apt-mark auto ays-test-other',
  )
  const wanted = wantedOf('ays-test-a')
  const { before } = await room.settle(packagesKind, wanted)
  await room.undo(packagesKind, wanted, before)
  expect(installed()).toBe('ays-test-b 1.0\nays-test-other 1.0\n')
})

test('a package that one of a person needs is not purged, and says for whom', async () => {
  const wanted = wantedOf('ays-test-a')
  const { before, found } = await room.settle(packagesKind, wanted)
  room.sh('apt-get -qq install -y ays-test-mine')
  const [failed] = await room.run(packagesKind.remove(wanted, before, found))
  expect(failed?.stderr).toContain('ays-test-mine, which ays did not install, needs')
  expect(installed()).toContain('ays-test-a 2.0')
})

test('a daemon is not started by its installation, and the rule for that is gone afterwards', async () => {
  await room.settle(packagesKind, wantedOf('ays-test-daemon'))
  expect(room.sh('cat /var/ays-test-policy; ls /usr/sbin/policy-rc.d 2>/dev/null || true')).toBe('101\n')
})

test('a rule that a killed installation left lapses with it, and the next one takes it away', async () => {
  room.sh('printf "#!/bin/sh\\n# made by ays\\nexit 101\\n" >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d')
  await room.settle(packagesKind, wantedOf('ays-test-other'))
  expect(room.sh('ls /usr/sbin/policy-rc.d 2>/dev/null || true')).toBe('')
})

test('a package that does not exist is an error with its name', async () => {
  const wanted = wantedOf('ays-test-nosuch')
  const [failed] = await room.run(packagesKind.commands(wanted, await room.look(packagesKind, wanted)))
  expect(failed?.code).not.toBe(0)
  expect(failed?.stderr).toContain('ays-test-nosuch')
})

test('an installation that was killed half-way is finished by the next', async () => {
  room.sh(
    'apt-get -qq update; apt-get -qq install -y ays-test-b; cd /srv/ays-test-repository; dpkg --unpack ays-test-a_1.0.deb',
  )
  const wanted = wantedOf('ays-test-a')
  expect((await room.look(packagesKind, wanted)).packages).toEqual({ 'ays-test-a': null })
  await room.settle(packagesKind, wanted)
})
