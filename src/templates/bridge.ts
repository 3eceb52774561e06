/** Bridges: where virtual machines and containers plug in. */
import { Type } from 'typebox'
import { defineTemplate } from '../engine/template.ts'
import { packages } from '../sal/apt/packages.ts'
import { bridge as bridgeTask } from '../sal/network/bridge.ts'
import { ruleset } from '../sal/nftables/ruleset.ts'
import { sysctl } from '../sal/sysctl/sysctl.ts'
import { onNode } from './places.ts'

export const bridge = defineTemplate({
  name: 'bridge',
  summary: 'A network bridge on a node, alone or with an address and NAT.',
  data: Type.Object({
    address: Type.Optional(
      Type.String({
        pattern: '^[0-9.]+/[0-9]{1,2}$',
        description: 'Address of the node on it, with prefix: 10.20.0.1/24.',
      }),
    ),
    ports: Type.Array(Type.String({ pattern: '^(?!\\.{1,2}$)[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,14}$' }), {
      default: [],
      description: 'Devices that become its ports.',
    }),
    nat: Type.Boolean({ default: false, description: 'What comes from the bridge leaves the node with its address.' }),
    hwaddr: Type.Optional(Type.String({ pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' })),
  }),
  parent: onNode,
  tasks: ({ data, slug }) => {
    const device = deviceOf(slug)
    const live = bridgeTask(device, {
      addresses: data.address ? [data.address] : [],
      ports: [...data.ports],
      ...(data.hwaddr ? { mac: data.hwaddr } : {}),
    })
    if (!data.nat) return [live]
    const rules = `chain postrouting {\n  type nat hook postrouting priority srcnat; policy accept;\n  iifname "${device}" oifname != "${device}" masquerade\n}\n`
    return [
      packages(['nftables']),
      live,
      sysctl('net.ipv4.ip_forward', '1'),
      ruleset(`nat_${slug.replaceAll('-', '_')}`, rules),
    ]
  },
  outputs: ({ slug }) => ({ device: deviceOf(slug) }),
})

/** Device names have at most 15 characters. */
const deviceOf = (slug: string): string => slug.slice(0, 15)
