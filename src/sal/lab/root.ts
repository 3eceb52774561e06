// The root file system of lab nodes: a Debian of its own, built once per machine with mmdebstrap and shared by all labs.
import { digestOf } from '../../base/json.ts'
import type { Command, Finding, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { answerLines } from './answer.ts'
import { ROOT_DROP, ROOT_LOOK, ROOT_TAKE } from './root-programs.ts'

export interface LabRootWanted {
  readonly tag: string
  /** `host`: that of the machine where it is Debian, else bookworm. */
  readonly suite: string
  readonly packages: readonly string[]
}

/** Where the lab's link leads: `bookworm-amd64-0123456789abcdef`, or nothing. */
export interface LabRootFound {
  readonly root: string
}

/** What a node needs to be a node, and what people miss first. */
export const LAB_PACKAGES: readonly string[] = [
  'ca-certificates',
  'dbus',
  'e2fsprogs',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'netbase',
  'openssh-server',
  'procps',
  'systemd',
  'systemd-sysv',
]

/** The name under which a lab knows a root; the same wants give the same name. */
export const rootNameOf = (wanted: Pick<LabRootWanted, 'suite' | 'packages'>): string =>
  `${wanted.suite}-${digestOf([RECIPE, wanted.packages]).slice(0, 16)}`

/** Raised when the recipe in root-programs.ts builds something else. */
const RECIPE = 2

/**
 * The thing is a lab's link to a root in the machine's cache. Removing takes the link away; the cache stays, because it
 * belongs to no workspace.
 */
export const labRootKind: Kind<LabRootWanted, LabRootFound> = {
  name: 'lab.root@1',
  look: (wanted) => ({ program: ROOT_LOOK, args: [wanted.tag, rootNameOf(wanted)] }),
  parse: parseAnswer,
  bare: { root: '' },
  compare: (wanted, found) =>
    found.root === rootNameOf(wanted)
      ? []
      : [{ path: '', from: found.root || undefined, to: rootNameOf(wanted), how: 'in place' }],
  commands: (wanted) => [
    {
      title: `take the root of lab nodes from the cache, or build it (${wanted.suite === 'host' ? "this machine's Debian" : wanted.suite})`,
      run: { script: ROOT_TAKE, args: [wanted.tag, rootNameOf(wanted), wanted.suite, wanted.packages.join(',')] },
      locks: ['apt'],
      slow: true,
      timeoutMs: 1_800_000,
    },
  ],
  settled: (wanted) => ({ root: rootNameOf(wanted) }),
  asWanted: () => undefined,
  remove(wanted, before, found): readonly Command[] {
    if (before.root !== '' || found.root === '') return []
    return [
      {
        title: 'let go of the root of lab nodes (it stays in the cache)',
        run: { script: ROOT_DROP, args: [wanted.tag, rootNameOf(wanted)] },
      },
    ]
  },
  transient: (result) =>
    /Could not (resolve|connect)|Temporary failure|Failed to fetch|Hash Sum mismatch/i.test(result.stderr),
}

function parseAnswer(answer: string): Finding<LabRootFound> {
  const lines = answerLines(answer, ['root'])
  if (!lines) {
    return {
      state: 'unknown',
      problem: { code: 'LOOK_FAILED', message: 'The look at the root of lab nodes gave no usable answer.' },
    }
  }
  return { state: 'seen', found: { root: lines.root } }
}

/** The task for a Debian root in a lab; nodes with equal wants share it. */
export const labRoot = (wanted: LabRootWanted): AnyTask =>
  task(labRootKind, `lab.root:${wanted.tag}/${rootNameOf(wanted)}`, wanted)
