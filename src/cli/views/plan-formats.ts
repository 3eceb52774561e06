/** The forms that a plan may have. */
export const planFormats = ['text', 'json', 'markdown', 'html', 'sarif', 'junit'] as const
export type PlanFormat = (typeof planFormats)[number]

/** Forms that hold problems as well as plans; the others are for people at a terminal. */
export const problemFormats = ['json', 'markdown', 'sarif', 'junit'] as const
export type ProblemFormat = (typeof problemFormats)[number]

/** The form that these words of a command line ask for; undefined: text for people, or a form that holds no problems. */
export function askedFormat(argv: readonly string[]): ProblemFormat | undefined {
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const i = before.findIndex((word) => word === '--format' || word.startsWith('--format='))
  const asked = before[i]?.includes('=') ? before[i].slice('--format='.length) : before[i + 1]
  return before.includes('--json') ? 'json' : i < 0 ? undefined : problemFormats.find((one) => one === asked)
}
