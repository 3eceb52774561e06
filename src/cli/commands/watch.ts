import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { onInterrupt } from '../interrupt.ts'
import { folderArg, workspaceFlags, workspaceOptions } from '../options.ts'
import { watchJson, watchLine } from '../views/watch.ts'

/** `ays watch`: the engine kept running. */
export default class Watch extends AysCommand {
  static override summary = 'Keep it so: look at the services again and again, and repair what drifts.'
  static override description =
    'Each service is looked at every 30 s (`watch: { every: 10s }` in ays.yaml; `action: monitor` with `recurring:` in a blueprint for some). Drift is repaired, or with `$heal: false` told once. Recurring and scheduled actions run. Changes of the blueprints, and with `watch: { git: true }` of their branch, are planned and, as far as `watch: { apply: never | safe | all }` says, applied. Webhooks under `watch: { hooks: … }` are told.\n\nIt holds the lease only while it acts, so `ays apply` works beside it. SIGTERM or Ctrl-C: nothing new starts, what runs is finished, then it ends. Exit code 0; with --once 1 when something is not as declared.'
  static override args = folderArg
  static override flags = {
    ...workspaceFlags,
    once: Flags.boolean({ description: 'One round: look at everything, put right what may be, and end.' }),
    systemd: Flags.boolean({ description: 'Print a systemd unit that keeps this watch running, and end.' }),
  }
  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch --json | jq -c "select(.type == \\"drifted\\")"',
    '<%= config.bin %> watch --once',
    '<%= config.bin %> watch /srv/infra --systemd > /etc/systemd/system/ays-watch.service',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Watch)
    const options = workspaceOptions(args.folder, flags)
    const { openWorkspace } = await import('../../workspace.ts')
    if (flags.systemd) {
      const workspace = await openWorkspace(options)
      try {
        process.stdout.write(await unitOf(workspace, flags))
      } finally {
        await workspace.close()
      }
      return 0
    }
    const { watch } = await import('../../watch/watch.ts')
    const color = this.terminal(flags).color
    const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
    try {
      const well = await watch({
        open: (roads) => openWorkspace({ ...options, roads }),
        onEvent: (event) => process.stdout.write(`${flags.json ? watchJson(event) : watchLine(event, { color })}\n`),
        once: flags.once,
        signal: interrupt.signal,
        endNow: interrupt.endNow,
      })
      return flags.once && !well ? 1 : 0
    } finally {
      interrupt.stop()
    }
  }
}

interface UnitFlags {
  readonly var?: readonly string[]
  readonly file?: readonly string[]
  readonly legacy?: boolean
  readonly 'accept-new-host-keys'?: boolean
}

/** The unit runs this program with this command line, on this workspace wherever it is started from. */
async function unitOf(
  { root, environment }: { readonly root: string; readonly environment: string },
  flags: UnitFlags,
): Promise<string> {
  const { systemdUnit } = await import('../../watch/systemd-unit.ts')
  const [, program = 'ays'] = process.argv
  const words = [
    ...(environment === 'default' ? [] : ['--env', environment]),
    ...(flags.var ?? []).flatMap((one) => ['--var', one]),
    ...(flags.file ?? []).flatMap((one) => ['--file', resolve(one)]),
    ...(flags.legacy ? ['--legacy'] : []),
    ...(flags['accept-new-host-keys'] ? ['--accept-new-host-keys'] : []),
  ]
  const argv = [process.execPath, resolve(program), 'watch', root, ...words]
  return systemdUnit({ argv, folder: root, user: userInfo().username, environment })
}
