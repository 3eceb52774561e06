/** The road to this machine itself: a shell of one's own. */
import { bootCommand } from './lane-program.ts'
import { type ShellOptions, shellTransport } from './shell.ts'
import type { Transport } from './transport.ts'

export type LocalOptions = Pick<ShellOptions, 'sealer' | 'factsLook' | 'folder' | 'lookMs' | 'singleLookMs'>

export function localTransport(options: LocalOptions): Transport {
  return shellTransport({
    ...options,
    argv: async () => ['/bin/sh', '-c', bootCommand],
    helloMs: 15_000,
    openProblem: (lost) => ({
      code: 'NODE_UNREACHABLE',
      message: `/bin/sh of this machine did not start. ${lost.stderr}`.trim(),
    }),
  })
}
