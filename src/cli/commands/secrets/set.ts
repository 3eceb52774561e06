import { Args } from '@oclif/core'
import { AysCommand } from '../../command.ts'
import { folderFlag, usage } from '../../options.ts'
import { readSecret } from '../../read-secret.ts'

/** `ays secrets set NAME`: puts a secret into the age file. */
export default class SecretsSet extends AysCommand {
  static override summary =
    "Put a secret into the workspace's age file. It is read from stdin, or asked for without showing it."
  static override args = {
    name: Args.string({ description: 'What expressions call it: secrets.NAME.', required: true }),
  }
  static override flags = folderFlag
  static override examples = [
    '<%= config.bin %> secrets set web_admin',
    'pwgen 32 1 | <%= config.bin %> secrets set web_admin',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(SecretsSet)
    const { setSecret } = await import('../../../workspace/secret-list.ts')
    const value = await readSecret(args.name)
    if (value === '') throw usage('The secret is empty. Nothing was written.')
    const notes = await setSecret(flags.folder ?? '.', args.name, value)
    this.show(
      flags,
      () => ({ format: 1, name: args.name, notes }),
      () => [`${args.name} is set.`, ...notes].join('\n'),
    )
    return 0
  }
}
