// Counts tests and says which were skipped and why; the sum goes to the file that scripts/test.mjs prints at the end.
import { writeFileSync } from 'node:fs'

export default class CountReporter {
  #skipped = []

  onTestRunEnd(modules, unhandled) {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      // A file that cannot be loaded has no tests that could fail: it counts as one itself.
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) this.#count(test, module, counts)
    }
    const lines = this.#skipped.map(({ name, why }) => `  ${name}${why ? `: ${why}` : ''}`)
    if (lines.length > 0) console.log(`\nSkipped:\n${lines.join('\n')}`)
    writeFileSync(process.env.AYS_TEST_SUMMARY, JSON.stringify(counts))
  }

  #count(test, module, counts) {
    const { state, note } = test.result()
    if (state === 'passed' || state === 'failed') counts[state] += 1
    else {
      counts.skipped += 1
      this.#skipped.push({ name: `${module.relativeModuleId ?? module.moduleId} › ${test.fullName}`, why: note ?? '' })
    }
  }
}
