import { Args, Flags } from '@oclif/core'
import { ProblemsError } from '../../base/problem.ts'
import type { FormattedFile } from '../../editor/format/format-files.ts'
import { AysCommand } from '../command.ts'
import { count } from '../views/plain-text.ts'

/** `ays fmt`: the one way to lay out a blueprint. */
export default class Fmt extends AysCommand {
  static override summary = 'Format blueprints, ays.yaml and vars. Comments stay, and no value changes its meaning.'
  static override description =
    'Only white space changes; each file is read again afterwards and must hold the same data. Exit code 1: a file is no YAML, or --check found one to format.'
  static override strict = false
  static override args = {
    files: Args.string({
      description: 'Files or workspace folders; default: the nearest workspace.',
      required: false,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    check: Flags.boolean({ description: 'Write nothing; name the files that are not formatted.' }),
    stdin: Flags.boolean({ description: 'Format what comes in, and print it.', exclusive: ['check'] }),
  }
  static override examples = [
    '<%= config.bin %> fmt',
    '<%= config.bin %> fmt blueprints/main.yaml --check',
    '<%= config.bin %> fmt --stdin < main.yaml',
  ]

  async run(): Promise<number> {
    const { argv, flags } = await this.parse(Fmt)
    if (flags.stdin) return await formatStdin()
    const { formatFiles } = await import('../../editor/format/format-files.ts')
    const { files, problems } = formatFiles(argv.map(String), { write: !flags.check })
    const changed = files.filter((one) => one.state === 'changed')
    if (!(flags.json && problems.length > 0))
      this.show(
        flags,
        () => ({ format: 1, files }),
        () => told(files, flags.check),
      )
    if (problems.length > 0) throw new ProblemsError(problems)
    return flags.check && changed.length > 0 ? 1 : 0
  }
}

async function formatStdin(): Promise<number> {
  const { formatYaml } = await import('../../editor/format/format-yaml.ts')
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  const result = formatYaml({ path: 'stdin', text: Buffer.concat(chunks).toString('utf8') })
  if (result.state === 'broken') throw new ProblemsError(result.problems)
  process.stdout.write(result.text)
  return 0
}

function told(files: readonly FormattedFile[], check: boolean): string {
  const lines = files.flatMap(({ file, state }) => {
    if (state === 'changed') return [check ? `${file} is not formatted` : `${file} formatted`]
    return state === 'kept' ? [`${file} left as it is: its layout cannot be changed without a doubt`] : []
  })
  const same = files.filter((one) => one.state === 'same').length
  if (lines.length > 0) return lines.join('\n')
  return same === files.length ? `${count(files.length, 'file')}, all formatted already.` : ''
}
