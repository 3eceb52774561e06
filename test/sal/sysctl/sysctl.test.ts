import { accessSync, constants, existsSync, readFileSync, rmSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sysctl, sysctlKind } from '../../../src/sal/sysctl/sysctl.ts'
import { laws } from '../laws.ts'
import { isRoot, openNode } from '../node.ts'

const value = fc.constantFrom('0', '1', '4096 87380 6291456', 'fq_codel')
const key = fc.constantFrom('vm.swappiness', 'net.ipv4.ip_forward', 'net/ipv4/conf/eth0.100/forwarding')
const known = fc.option(value, { nil: null })

// A parameter that nothing on a machine of tests minds.
const HARMLESS = 'net.ipv4.ipfrag_time'
const needs = isRoot ? (writable('/proc/sys/net/ipv4/ipfrag_time') ? undefined : 'a writable /proc/sys') : 'root'

laws(sysctlKind, {
  wanted: fc.record({ key, value }),
  found: fc.record({ key, live: known, kept: known }),
  real: () => ({
    needs,
    wanted: [
      { key: HARMLESS, value: '31' },
      { key: 'net/ipv4/igmp_max_msf', value: '11' },
    ],
    clean: () => {
      for (const key of [HARMLESS, 'net-ipv4-igmp_max_msf']) rmSync(`/etc/sysctl.d/60-ays-${key}.conf`, { force: true })
    },
  }),
})

test('the value is set now and kept for the next boot, and goes back', async (ctx) => {
  if (needs) return ctx.skip(`needs ${needs}`)
  const node = openNode()
  try {
    const one = { key: HARMLESS, value: '33' }
    const live = readFileSync('/proc/sys/net/ipv4/ipfrag_time', 'utf8')
    const { before } = await node.settle(sysctlKind, one)
    expect(readFileSync('/proc/sys/net/ipv4/ipfrag_time', 'utf8')).toBe('33\n')
    expect(readFileSync(`/etc/sysctl.d/60-ays-${HARMLESS}.conf`, 'utf8')).toBe(`${HARMLESS} = 33\n`)
    await node.undo(sysctlKind, one, before)
    expect(readFileSync('/proc/sys/net/ipv4/ipfrag_time', 'utf8')).toBe(live)
    expect(existsSync(`/etc/sysctl.d/60-ays-${HARMLESS}.conf`)).toBe(false)
  } finally {
    node.close()
  }
})

test('a parameter that this kernel does not have is not in place', async () => {
  const node = openNode()
  try {
    expect(await node.look(sysctlKind, { key: 'net.no.such', value: '1' })).toEqual({
      key: 'net.no.such',
      live: null,
      kept: null,
    })
  } finally {
    node.close()
  }
})

test.each(['', 'nodots', 'a..b', '../etc/passwd', 'a.b c', 'a.b\n'])('the key %j is refused', (wrong) => {
  expect(() => sysctl(wrong, 1)).toThrow(/FIELD_TYPE/)
})

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
