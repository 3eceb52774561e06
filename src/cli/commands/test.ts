import { writeFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { ProblemsError } from '../../base/problem.ts'
import { AysCommand } from '../command.ts'
import { onInterrupt } from '../interrupt.ts'
import { folderArg } from '../options.ts'
import { sourceLineFrom } from '../source-lines.ts'
import { junitXml } from '../views/junit.ts'
import { isPassed, testsJson, testsView } from '../views/tests.ts'

/** `ays test`: blueprints held against what is expected of them. */
export default class Test extends AysCommand {
  static override summary = 'Run the tests of blueprints: *.test.yaml in tests/, beside blueprints and in templates/.'
  static override description =
    'Every node is simulated and the state is a folder of its own: nothing real is read but the files of the workspace, and nothing is touched.\n\nExit code 0: every test passed. 1: one failed, a file has a mistake, or there is none.'
  static override args = folderArg
  static override flags = {
    filter: Flags.string({ description: 'Only tests whose file or name holds this text.', helpValue: 'TEXT' }),
    junit: Flags.string({ description: 'Write the results there as JUnit XML besides.', helpValue: 'FILE' }),
  }
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test examples/fleet --filter shrinks',
    '<%= config.bin %> test --junit results.xml',
  ]

  async run(): Promise<number> {
    const { args, flags } = await this.parse(Test)
    const { runTests } = await import('../../blueprint-tests/run-tests.ts')
    const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
    try {
      const run = await runTests({
        folder: args.folder ?? '.',
        signal: interrupt.signal,
        ...(flags.filter === undefined ? {} : { filter: flags.filter }),
      })
      if (run.results.length + run.problems.length === 0) throw noTests(flags.filter)
      if (flags.junit !== undefined) await writeFile(flags.junit, junitXml(run))
      this.show(
        flags,
        () => testsJson(run),
        (terminal) => testsView(run, { ...terminal, sourceLine: sourceLineFrom([run.root]) }),
      )
      if (interrupt.signal.aborted) return 130
      return isPassed(run) ? 0 : 1
    } finally {
      interrupt.stop()
    }
  }
}

function noTests(filter: string | undefined): ProblemsError {
  return new ProblemsError([
    {
      code: 'TEST_INVALID',
      message: filter === undefined ? 'This workspace has no tests.' : `No test has "${filter}" in its file or name.`,
      hint:
        filter === undefined
          ? 'A test is a file such as tests/main.test.yaml; `ays test --help` says more.'
          : '`ays test` without --filter runs all.',
    },
  ])
}
