/** An apt source that a file service writes, and a package from it, on a real node where others want Debian's packages. */
import { expect, test } from 'vitest'
import { lacksLab, openWorld, type World } from './world.ts'

const BARE = 'node.lab__n1: {}\n'
const SERVICES = `${BARE}
file__source: { node: n1, path: /etc/apt/sources.list.d/ours.list, content: "deb [trusted=yes] file:/srv/ours ./\\n" }
package__ours: { node: n1, names: [ays-test-ours], $after: [file/source] }
package__tree: { node: n1 }
`

/** A repository of one package, as somebody else left it on the node. */
const REPOSITORY = `set -e
mkdir -p /srv/ours/build/DEBIAN /srv/ours/build/usr/bin
cd /srv/ours
printf 'Package: ays-test-ours\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: nobody <nobody@example.invalid>\\nDescription: for tests\\n' >build/DEBIAN/control
printf '#!/bin/sh\\necho ours\\n' >build/usr/bin/ays-test-ours
chmod -R u=rwX,go=rX build
chmod 755 build/usr/bin/ays-test-ours
dpkg-deb -Znone --root-owner-group -b build ours.deb >/dev/null
{ cat build/DEBIAN/control; printf 'Filename: ./ours.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s ours.deb)" "$(sha256sum <ours.deb | cut -c 1-64)"; } >Packages
rm -r build`

test('one apply brings the source and then its package, the second plan is empty, and the node is left as found', {
  timeout: 240_000,
}, async (ctx) => {
  const lack = lacksLab()
  if (lack) ctx.skip(`needs ${lack}`)
  const world = openWorld({ blueprint: BARE })
  await world.ok('apply', '--yes')
  await world.on('n1', REPOSITORY)
  const bare = await standing(world)

  world.write('blueprints/main.yaml', SERVICES)
  expect((await world.ays('plan')).stdout).toMatch(
    /package\/tree[\s\S]*packages\.tree[\s\S]*package\/ours[\s\S]*packages\.ays-test-ours/,
  )
  await world.ok('apply', '--yes')
  expect(await world.on('n1', 'ays-test-ours; tree --version | cut -c 1-4')).toBe('ours\ntree')
  expect((await world.ays('plan')).code).toBe(0)

  await world.on('n1', 'apt-get -qq purge -y ays-test-ours >/dev/null')
  const drift = await world.ays('plan', '--json')
  const { services } = JSON.parse(drift.stdout) as { services: { address: string }[] }
  expect([drift.code, services.map(({ address }) => address)]).toEqual([2, ['package/ours']])
  await world.ok('apply', '--yes')
  expect((await world.ays('plan')).code).toBe(0)

  world.write('blueprints/main.yaml', BARE)
  await world.ok('apply', '--yes')
  expect(await standing(world)).toEqual(bare)
})

const standing = (world: World): Promise<string> =>
  world.on(
    'n1',
    "dpkg-query -W -f '${Package} ${Status}\\n'; find /etc /srv /usr/bin -xdev -path /etc/ssl/certs -prune -o -print; ls -A /var/lib/ays/packages 2>/dev/null || true",
  )
