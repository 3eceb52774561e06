// Lab nodes: real Linux machines that live on the controller's own, for trying things.
import { type Static, Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import { sha256 } from '../base/secret.ts'
import { keyFromSeed } from '../base/ssh-key.ts'
import type { Facts } from '../engine/facts.ts'
import { type Context, defineTemplate } from '../engine/template.ts'
import { labNetwork } from '../sal/lab/network.ts'
import { labNode } from '../sal/lab/node.ts'
import { labAddresses, roadTo } from '../sal/lab/places.ts'
import { LAB_PACKAGES, labRoot, rootNameOf } from '../sal/lab/root.ts'

const SIZE = '^[1-9][0-9]*[KMGT]$'
const ADDRESS = '^10\\.77(\\.([1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-4])){2}$'

const data = Type.Object({
  driver: Type.Union([Type.Literal('auto'), Type.Literal('lab'), Type.Literal('sim')], {
    default: 'auto',
    description:
      '`auto` and `lab`: a real node, which needs Linux and root. `sim`: a simulated one; nothing real is touched.',
  }),
  root: Type.String({
    default: 'debian',
    pattern: '^(debian|host|/[^,:\\\\\\n]*)$',
    description:
      "Its root file system: `debian` (built once per machine), `host` (this machine's own, seen as it is) or a folder.",
  }),
  suite: Type.String({
    default: 'host',
    pattern: '^[a-z]+$',
    description: "Of root `debian`: `host` is this machine's release, else bookworm.",
  }),
  memory: Type.Optional(Type.String({ pattern: SIZE, description: 'The most memory it may use, such as 512M.' })),
  cpus: Type.Optional(Type.Number({ minimum: 0.01, description: 'How many processors it may use, such as 0.5.' })),
  disks: Type.Array(Type.String({ pattern: SIZE }), {
    default: [],
    maxItems: 25,
    description: 'Sizes of its disks, such as 10G; /dev/vdb, /dev/vdc, … They take only what is written.',
  }),
  address: Type.Optional(
    Type.String({ pattern: ADDRESS, description: 'In 10.77.0.0/16; chosen and kept when absent.' }),
  ),
})

type LabContext = Pick<
  Context<Static<typeof data>>,
  'address' | 'slug' | 'data' | 'allocated' | 'workspace' | 'derived'
>

export const nodeLab = defineTemplate({
  name: 'node.lab',
  summary: 'A real Linux node on this machine: systemd, sshd, an address, disks, limits.',
  description: [
    'It lives in namespaces, starts in half a second and is reached over real ssh. Its network is its own: this machine is',
    'not attached to it, so no packet of a lab leaves it; packages come through a proxy that knows only the mirrors of this',
    "machine's own apt. A lab node is no jail: who is root in it can reach the kernel that it shares with this machine.",
  ].join('\n'),
  data,
  on: 'local',
  disposable: true,
  allocate: (ctx) => ({
    address: ctx.take('lab-address', 'address', { wish: ctx.data.address, from: labAddresses() }),
  }),
  tasks(ctx) {
    if (ctx.data.driver === 'sim') return []
    refuseWithoutLab(ctx)
    const { tag } = ctx.workspace
    const { suite } = ctx.data
    const debian = { suite, packages: LAB_PACKAGES }
    const host = keyOf(ctx, `lab-host-key/${ctx.slug}`)
    return [
      labNetwork({
        tag,
        ...(ctx.workspace.program
          ? { proxy: { node: ctx.workspace.program.node, program: ctx.workspace.program.proxy } }
          : {}),
      }),
      ...(ctx.data.root === 'debian' ? [labRoot({ tag, ...debian })] : []),
      labNode({
        tag,
        slug: ctx.slug,
        hostname: ctx.slug,
        address: addressOf(ctx),
        root: ctx.data.root === 'debian' ? `debian:${rootNameOf(debian)}` : ctx.data.root,
        memoryBytes: ctx.data.memory ? bytesOf(ctx.data.memory) : 0,
        cpus: ctx.data.cpus ?? 0,
        disksBytes: ctx.data.disks.map(bytesOf),
        clientKey: keyOf(ctx, 'lab-client-key').publicLine,
        hostKey: host.publicLine,
        hostKeyPrivate: host.private,
      }),
    ]
  },
  outputs: (ctx) => ({ host: addressOf(ctx), address: addressOf(ctx) }),
  connection(ctx) {
    if (ctx.data.driver === 'sim') return { road: 'sim', facts: simulatedFacts(ctx) }
    return {
      road: 'ssh',
      host: addressOf(ctx),
      user: 'root',
      identity: keyOf(ctx, 'lab-client-key').private,
      hostKey: keyOf(ctx, `lab-host-key/${ctx.slug}`).publicLine,
      proxyCommand: roadTo(ctx.workspace.tag, addressOf(ctx), 22, { greetsWithin: 10 }),
      connectTimeoutMs: 10_000,
    }
  },
})

/** Throws ProblemsError where no lab can be, with both ways out. */
function refuseWithoutLab(ctx: LabContext): void {
  const { host } = ctx.workspace
  if (!host || (host.linux && host.root)) return
  const lack = host.linux ? 'you are not root' : 'this machine is not Linux'
  throw new ProblemsError([
    {
      code: 'LAB_UNAVAILABLE',
      message: `${ctx.address} is a lab node, which needs Linux and root; ${lack}.`,
      hint: host.linux
        ? 'Run ays as root (`sudo ays …`; `ays lab doctor` says what else is missing), or give it `driver: sim` to simulate it.'
        : 'Run ays as root on a Linux machine (`ays lab doctor` says what else is missing there), or give it `driver: sim` to simulate it.',
    },
  ])
}

function keyOf(ctx: Pick<LabContext, 'derived'>, purpose: string) {
  const seed = ctx.derived(purpose)
  const key = keyFromSeed(seed.reveal())
  return { publicLine: key.publicLine, private: seed.with(purpose, key.privatePem) }
}

function addressOf(ctx: Pick<LabContext, 'allocated' | 'data'>): string {
  const { address } = ctx.allocated
  return typeof address === 'string' ? address : (ctx.data.address ?? '')
}

const UNITS: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }
const bytesOf = (size: string): number => Number(size.slice(0, -1)) * (UNITS[size.slice(-1)] ?? Number.NaN)

function simulatedFacts(ctx: LabContext): Facts {
  const { data, slug } = ctx
  return {
    hostname: slug,
    machineId: sha256(`${ctx.workspace.tag} ${slug}`).slice(0, 32),
    os: { id: 'debian', version: '12', name: 'Debian (simulated)' },
    kernel: 'simulated',
    arch: 'x86_64',
    cpus: Math.max(1, Math.ceil(data.cpus ?? 2)),
    memoryBytes: bytesOf(data.memory ?? '2G'),
    init: 'systemd',
    root: true,
    addresses: [{ device: 'eth0', address: addressOf(ctx) }],
    disks: data.disks.map((size, i) => {
      const name = `vd${'bcdefghijklmnopqrstuvwxyz'[i]}`
      return {
        id: `ays-${ctx.workspace.tag}-${slug}-${name}`,
        path: `/dev/${name}`,
        sizeBytes: bytesOf(size),
        rotational: false,
      }
    }),
    claims: {},
  }
}
