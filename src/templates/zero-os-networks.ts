/** The networks of the Zero-OS era: how nodes reached their storage. */
import { Type } from 'typebox'
import { defineTemplate } from '../engine/template.ts'

const vlan = Type.Object({
  vlanTag: Type.Integer({ minimum: 0, maximum: 4_094, description: 'Tag of the storage network.' }),
  cidr: Type.String({
    pattern: '^[0-9.]+/[0-9]{1,2}$',
    description: 'Addresses of the storage network: 192.168.58.0/24.',
  }),
})

const overVlan = (name: string, summary: string, needs: string) =>
  defineTemplate({
    name,
    summary,
    data: vlan,
    unbuilt: `it set up Open vSwitch ${needs} on Zero-OS nodes, and no kind does that yet. On nodes of ays, \`bridge\` makes a bridge with an address.`,
  })

export const networkZeroOs = overVlan(
  'network.zero-os',
  'A storage network on a VLAN of its own, over bonded devices.',
  'over a bond',
)

export const networkG8os = overVlan('network.g8os', 'What network.zero-os was called before.', 'over a bond')

export const networkSwitchless = overVlan(
  'network.switchless',
  'A storage network of nodes that are cabled in a ring, without a switch.',
  'in a ring with spanning trees',
)

export const networkPublicstorage = defineTemplate({
  name: 'network.publicstorage',
  summary: 'Storage traffic goes over the addresses that the nodes have: there is nothing to set up.',
  data: Type.Object({}),
})
