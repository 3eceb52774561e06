/** What a node lets in: an nftables table of ours, now and after a boot. */
import { Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import { defineTemplate } from '../engine/template.ts'
import { packages } from '../sal/apt/packages.ts'
import { tryReadCidr } from '../sal/network/address-text.ts'
import { ruleset } from '../sal/nftables/ruleset.ts'
import { onNode } from './places.ts'

export const firewall = defineTemplate({
  name: 'firewall',
  summary: 'What a node lets in. Answers to what it asked itself, its own loopback and ICMP are always let in.',
  data: Type.Object({
    allow: Type.Array(
      Type.String({ pattern: '^(?:tcp|udp)/[0-9]{1,5}(?:-[0-9]{1,5})?(?: from [0-9A-Fa-f.:]+(?:/[0-9]{1,3})?)?$' }),
      {
        default: ['tcp/22'],
        description:
          'What else: `tcp/22`, `udp/60000-61000`, `tcp/5432 from 10.0.0.0/8`. Without the port of ssh, ays locks itself out, and the node takes the change back.',
      },
    ),
  }),
  parent: onNode,
  tasks: ({ data, slug }) => [
    packages(['nftables']),
    ruleset(`in_${slug.replaceAll('-', '_')}`, rulesOf(data.allow.map(readOpening))),
  ],
})

interface Opening {
  readonly protocol: string
  readonly ports: string
  readonly from?: string
}

/** The pattern of the field has checked its form, not its numbers. Throws FIELD_TYPE. */
function readOpening(text: string): Opening {
  const [what = '', from] = text.split(' from ')
  const [protocol = '', ports = ''] = what.split('/')
  const numbers = ports.split('-').map(Number)
  const [first = 0, last = first] = numbers
  const isFrom = from === undefined || tryReadCidr(from) !== undefined
  if (first >= 1 && last >= first && last <= 65_535 && isFrom) return { protocol, ports, ...(from ? { from } : {}) }
  throw new ProblemsError([
    {
      code: 'FIELD_TYPE',
      message: `${text} is not what a firewall can let in: its ${isFrom ? 'ports are' : 'address is'} wrong.`,
      hint: 'Ports are 1 to 65535, and addresses are such as 10.0.0.0/8 or fd00::/8.',
    },
  ])
}

function rulesOf(openings: readonly Opening[]): string {
  const lines = openings.map(({ protocol, ports, from }) => {
    const source = from === undefined ? '' : `${from.includes(':') ? 'ip6' : 'ip'} saddr ${from} `
    return `  ${source}${protocol} dport ${ports} accept\n`
  })
  return `chain input {
  type filter hook input priority filter; policy drop;
  ct state established,related accept
  iif lo accept
  meta l4proto { icmp, ipv6-icmp } accept
${lines.join('')}}
`
}
