/** Keeps the evaluation of an expression within bounds: steps of loops, sizes of what is joined, patterns. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { compilePattern, type Pattern } from '../../base/pattern.ts'
import { Refused } from './cel-values.ts'

/** Runs an evaluation (they are synchronous) with a budget of its own. Throws Refused when it is used up. */
export function withinLimits<Result>(run: () => Result, stepsMax: number = STEPS_MAX): Result {
  left = stepsMax
  const result = run()
  // `exists` goes on after an error; what it makes of this one is no answer.
  if (left < 0) throw new Refused(TOO_MUCH)
  return result
}

function spend(steps: number): void {
  left -= steps
  if (left < 0) throw new Refused(TOO_MUCH)
}

/** An error takes as long as many steps. */
const STEPS_OF_ERROR = 250
/** About a fifth of a second. */
const STEPS_MAX = 2_000_000
const TOO_MUCH = 'it takes too many steps; let it go over fewer values'
let left = STEPS_MAX

/** What may grow: loops, by what they go over, and sums within them. All nodes of an expression. */
export function limitSteps(nodes: readonly ASTNode[]): void {
  if (!nodes.some(isLoop)) return
  for (const node of nodes) {
    const [, receiver, args] = node.op === 'rcall' ? node.args : []
    if (receiver && args && isLoop(node)) {
      const weight = args.reduce((sum, one) => sum + 1 + (one.end - one.start) / 8, 1)
      watch(receiver, (value) => spend(countOf(value) * weight))
      const step = stepOf(node)
      if (step) watch(step, () => {})
    } else if (node.op === '+') watch(node, (value) => spend(sizeOf(value)))
  }
}

const LOOPS = ['map', 'filter', 'all', 'exists', 'exists_one', 'bind']
const isLoop = (node: ASTNode): boolean => node.op === 'rcall' && LOOPS.includes(node.args[0])

/** Hands each value that a node gives to `see`. The library evaluates a node by its member `evaluate`, which it may replace. */
function watch(node: ASTNode, see: (value: unknown) => void): void {
  type Evaluate = (...args: unknown[]) => unknown
  // Not among the library's types; what is held against it here is tested with it.
  let inner = (node as unknown as { evaluate: Evaluate }).evaluate
  const seen: Evaluate = (...args) => {
    let value: unknown
    try {
      value = inner.apply(node, args)
    } catch (error) {
      // `all` and `exists` go on after it.
      left -= STEPS_OF_ERROR
      throw error
    }
    see(value)
    return value
  }
  Object.defineProperty(node, 'evaluate', { get: () => seen, set: (next: Evaluate) => (inner = next) })
}

/** What a loop does with each of its items: its argument, as the library made it into a step. */
function stepOf(node: ASTNode): ASTNode | undefined {
  // Not among the library's types, as above.
  const { meta } = node as unknown as { meta?: { alternate?: { args?: { step?: ASTNode } } } }
  return meta?.alternate?.args?.step
}

function countOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1
}

const sizeOf = (value: unknown): number =>
  typeof value === 'string' ? value.length / 16 : Array.isArray(value) ? value.length : 1

/** `text.matches(pattern)`, in linear time. Throws Refused for what is no pattern. */
export function matches(text: string, source: string): boolean {
  let pattern = patterns.get(source)
  if (!pattern) {
    const read = compilePattern(source)
    if ('fault' in read)
      throw new Refused(
        `"${source}" ${read.fault.unsafe ? 'cannot be matched in linear time' : 'is no pattern'}: ${read.fault.reason}`,
      )
    pattern = read.pattern
    if (patterns.size >= PATTERNS_MAX) patterns.clear()
    patterns.set(source, pattern)
  }
  spend((text.length * pattern.size) / 16)
  return pattern.test(text)
}

/** The name under which expressions call it: the library's own `matches` backtracks. */
export const MATCHES = 'matchesPattern'

const PATTERNS_MAX = 1_000
const patterns = new Map<string, Pattern>()
