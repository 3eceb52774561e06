import { expect, test } from 'vitest'
import { packagesKind } from '../../../src/sal/apt/packages.ts'
import { runningKind } from '../../../src/sal/systemd/running.ts'
import { lacksSystemd, openSystemdNode } from '../lab-node.ts'
import { MAKE_REPOSITORY } from './repository.ts'

test('the daemon of a package neither runs nor starts at boot until it is wanted', { timeout: 60_000 }, async (ctx) => {
  const lacks = lacksSystemd()
  if (lacks) return ctx.skip(`needs ${lacks}`)
  const node = openSystemdNode()
  try {
    node.sh(MAKE_REPOSITORY, '/srv/ays-test-repository')
    const { before } = await node.settle(packagesKind, { names: ['ays-test-daemon'] })
    expect(node.sh('cat /var/ays-test-policy')).toBe('101\n')
    const wanted = { unit: 'ays-test-daemon.service', enabled: true, startedWith: null, files: [] }
    const off = await node.settle(runningKind, wanted)
    expect(off.before).toEqual(runningKind.bare)
    await node.undo(runningKind, wanted, off.before)
    await node.undo(packagesKind, { names: ['ays-test-daemon'] }, before)
  } finally {
    node.close()
  }
})
