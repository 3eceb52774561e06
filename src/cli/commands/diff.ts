import { Args, Flags } from '@oclif/core'
import { AysCommand } from '../command.ts'
import { onInterrupt } from '../interrupt.ts'
import { folderFlag, workspaceFlags, workspaceOptions } from '../options.ts'
import { problemsJson, showJson } from '../views/json.ts'
import { problemsView } from '../views/problems.ts'
import { isDifferent, revisionsView } from '../views/revisions.ts'
import { revisionsJson } from '../views/revisions-json.ts'
import { revisionsMarkdown } from '../views/revisions-markdown.ts'

/** `ays diff`: what a change of the blueprints means, without a node. */
export default class Diff extends AysCommand {
  static override summary =
    'Compare two git revisions of the blueprints: services, fields, links, and what follows from them.'
  static override description =
    'No node is asked, no state is read, no secret is opened: secrets are stand-ins with their names. What would be done is computed as if all of the base had been applied to bare nodes.\n\nWith --untrusted, for pull requests from forks, templates, the secrets, env and templates of ays.yaml, and policy.yaml come from the base; no code of the head runs, no environment variable is read, and nothing outside the revision.\n\nExit code 0: no difference. 2: differences. 1: an error, such as mistakes in the head.'
  static override args = {
    base: Args.string({ description: 'A branch, tag or commit to compare with.', required: true }),
    head: Args.string({
      description: 'The other one; default: the working tree, with --untrusted the commit that is checked out.',
    }),
  }
  static override flags = {
    ...folderFlag,
    env: workspaceFlags.env,
    var: workspaceFlags.var,
    legacy: workspaceFlags.legacy,
    untrusted: Flags.boolean({
      description: 'The head is not trusted: what runs or opens something comes from the base.',
    }),
    format: Flags.string({
      description: 'How it is printed; --json is --format json.',
      options: ['text', 'json', 'markdown'],
      default: 'text',
      helpGroup: 'OUTPUT',
    }),
  }
  static override examples = [
    '<%= config.bin %> diff main',
    '<%= config.bin %> diff v1.2 v1.3 --env prod --json',
    '<%= config.bin %> diff origin/main HEAD --untrusted --format markdown',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Diff)
    const { diffRevisions, HeadBroken } = await import('../../review/diff-revisions.ts')
    const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
    const isJson = flags.json || flags.format === 'json'
    try {
      const diff = await diffRevisions({
        ...workspaceOptions(flags.folder, flags),
        base: args.base,
        ...(args.head === undefined ? {} : { head: args.head }),
        trust: flags.untrusted ? 'untrusted' : 'trusted',
        signal: interrupt.signal,
      })
      this.show(
        { ...flags, json: isJson },
        () => revisionsJson(diff),
        (terminal) => (flags.format === 'markdown' ? revisionsMarkdown(diff) : revisionsView(diff, terminal)),
      )
      return isDifferent(diff) ? 2 : 0
    } catch (error) {
      if (!(error instanceof HeadBroken)) throw error
      // Its files may be nowhere on disk: the lines come with the error.
      const sourceLine = (file: string, line: number): string | undefined => error.lines.get(file)?.[line - 1]
      if (isJson) process.stdout.write(`${showJson(problemsJson(error.problems))}\n`)
      else process.stderr.write(`${problemsView(error.problems, { ...this.terminal(flags), sourceLine })}\n`)
      return 1
    } finally {
      interrupt.stop()
    }
  }
}
