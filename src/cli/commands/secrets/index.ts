import { AysCommand } from '../../command.ts'
import { folderArg } from '../../options.ts'
import { count } from '../../views/plain-text.ts'
import { table } from '../../views/table.ts'

/** `ays secrets`: which secrets there are. */
export default class SecretsList extends AysCommand {
  static override summary = 'List the secrets of a workspace and where each comes from. No value is asked for or shown.'
  static override args = folderArg
  static override examples = ['<%= config.bin %> secrets', '<%= config.bin %> secrets set web_admin']

  async run(): Promise<number> {
    const { args, flags } = await this.parse(SecretsList)
    const { listSecrets } = await import('../../../workspace/secret-list.ts')
    const { secrets, closed } = await listSecrets(args.folder ?? '.')
    this.show(
      flags,
      () => ({ format: 1, secrets, ...(closed ? { closed } : {}) }),
      () =>
        [
          secrets.length > 0
            ? table(
                ['secret', 'from'],
                secrets.map((one) => [one.name, one.from]),
              )
            : count(0, 'secret'),
          ...(closed ? [`${closed.reason}. ${closed.hint}`] : []),
        ].join('\n'),
    )
    return 0
  }
}
