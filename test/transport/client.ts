/** A client process of its own for tests that kill it in the middle of a job: node client.ts OPTIONS_JSON JOB_SCRIPT ID. */
import { addressOf } from '../../src/base/address.ts'
import { systemClock } from '../../src/base/clock.ts'
import { Secret, sealerOf } from '../../src/base/secret.ts'
import type { Connection } from '../../src/engine/connection.ts'
import { openTransport } from '../../src/transport/open.ts'
import { anyText } from './kinds.ts'

export interface ClientOptions {
  readonly connection: Connection
  readonly identity?: string
  readonly folder: string
  readonly runtimeDir: string
  readonly id: string
  readonly script: string
}

// Given by the test that starts this process.
const options = JSON.parse(process.argv[2] ?? '{}') as ClientOptions
const sealer = sealerOf(Buffer.alloc(32))
const connection: Connection =
  options.connection.road === 'ssh' && options.identity
    ? { ...options.connection, identity: new Secret('test', options.identity, sealer) }
    : options.connection
const transport = openTransport({
  node: addressOf('node', 'test'),
  connection,
  sealer,
  factsLook: { program: 'true', parse: () => undefined },
  runtimeDir: options.runtimeDir,
  simDir: options.folder,
  clock: systemClock,
  folder: options.folder,
})
await transport.act(
  [
    {
      id: options.id,
      fence: 1,
      workspace: 'w',
      service: addressOf('test', 'killed'),
      steps: [
        {
          question: { kind: anyText, thing: 'none', wanted: { path: '/', text: '' } },
          commands: [{ title: 'long', run: { script: options.script, args: [] } }],
          becomes: null,
        },
      ],
      expect: [],
      afterwards: [],
      claim: [],
      unclaim: [],
    },
  ],
  new AbortController().signal,
)
console.log('ended')
await transport.close()
