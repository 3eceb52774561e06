/** What a firewall lets in, as nft is told it. */
import { expect, test } from 'vitest'
import { ProblemsError } from '../../src/base/problem.ts'
import { firewall } from '../../src/templates/firewall.ts'

const rulesOf = (allow: readonly string[]): string => {
  const [, table] = firewall.tasks?.({ data: { allow }, slug: 'in-1' } as never) ?? []
  return (table?.wanted as { rules: string } | undefined)?.rules ?? ''
}

test('what is allowed is let in, from everywhere or from a network', () => {
  const rules = rulesOf(['tcp/22', 'udp/60000-61000', 'tcp/5432 from 10.0.0.0/8', 'tcp/443 from fd00::/8'])
  expect(rules).toContain('policy drop;')
  expect(rules.split('\n').map((line) => line.trim())).toEqual(
    expect.arrayContaining([
      'tcp dport 22 accept',
      'udp dport 60000-61000 accept',
      'ip saddr 10.0.0.0/8 tcp dport 5432 accept',
      'ip6 saddr fd00::/8 tcp dport 443 accept',
    ]),
  )
})

test.each(['tcp/0', 'tcp/65536', 'udp/20-10', 'tcp/22 from 300.0.0.1', 'tcp/22 from 10.0.0.0/33'])(
  '%s is refused',
  (opening) => expect(() => rulesOf([opening])).toThrow(ProblemsError),
)
