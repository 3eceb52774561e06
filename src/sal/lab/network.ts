// The network of a workspace's lab: a switch, the controller's port on it, and the proxy through which nodes use apt.
import type { Command, FieldChange, Finding, Kind } from '../../engine/kind.ts'
import { type AnyTask, task } from '../../engine/task.ts'
import { answerLines } from './answer.ts'
import { NETWORK_DOWN, NETWORK_LOOK, NETWORK_UP } from './network-programs.ts'

export interface LabNetworkWanted {
  /** The workspace's tag: 8 hex digits. */
  readonly tag: string
  /** How the proxy is started: a Node.js and the program. Absent: nodes have no packages to fetch. */
  readonly proxy?: { readonly node: string; readonly program: string }
}

export interface LabNetworkFound {
  readonly fabric: boolean
  readonly controller: boolean
  readonly proxy: boolean
}

/** Where the proxy's program lies is no difference: ays may move. */
export const labNetworkKind: Kind<LabNetworkWanted, LabNetworkFound> = {
  name: 'lab.network@1',
  look: (wanted) => ({ program: NETWORK_LOOK, args: [wanted.tag] }),
  parse: parseAnswer,
  bare: { fabric: false, controller: false, proxy: false },
  compare(wanted, found) {
    const changes: FieldChange[] = []
    const want = { fabric: true, controller: true, ...(wanted.proxy ? { proxy: true } : {}) }
    if (!found.fabric && !found.controller && !found.proxy)
      return [{ path: '', from: undefined, to: want, how: 'in place' }]
    if (!found.fabric) changes.push({ path: 'fabric', from: false, to: true, how: 'in place' })
    if (!found.controller) changes.push({ path: 'controller', from: false, to: true, how: 'in place' })
    if (wanted.proxy && !found.proxy) changes.push({ path: 'proxy', from: false, to: true, how: 'in place' })
    return changes
  },
  commands: (wanted) => [
    {
      title: `make the lab's network ays-${wanted.tag}`,
      run: { script: NETWORK_UP, args: [wanted.tag, wanted.proxy?.node ?? '', wanted.proxy?.program ?? ''] },
    },
  ],
  settled: (wanted, found) => ({ fabric: true, controller: true, proxy: wanted.proxy !== undefined || found.proxy }),
  // Which proxy runs cannot be seen, so a found network with one is wanted as it is: by not minding it.
  asWanted: () => undefined,
  remove(wanted, before, found): readonly Command[] {
    const parts = (['fabric', 'controller', 'proxy'] as const).filter((part) => found[part] && !before[part])
    if (parts.length === 0) return []
    return [
      { title: `take away the lab's network ays-${wanted.tag}`, run: { script: NETWORK_DOWN, args: [wanted.tag] } },
    ]
  },
  merge: (a, b) =>
    a.tag === b.tag
      ? { wanted: { tag: a.tag, ...((a.proxy ?? b.proxy) ? { proxy: a.proxy ?? b.proxy } : {}) } }
      : { conflict: 'two labs' },
}

function parseAnswer(answer: string): Finding<LabNetworkFound> {
  const lines = answerLines(answer, ['fabric', 'controller', 'proxy'])
  if (!lines) {
    return {
      state: 'unknown',
      problem: { code: 'LOOK_FAILED', message: 'The look at the lab network gave no usable answer.' },
    }
  }
  return {
    state: 'seen',
    found: { fabric: lines.fabric === 'yes', controller: lines.controller === 'yes', proxy: lines.proxy === 'yes' },
  }
}

/** The task for a workspace's lab network; nodes share it. */
export const labNetwork = (wanted: LabNetworkWanted): AnyTask =>
  task(labNetworkKind, `lab.network:${wanted.tag}`, wanted)
