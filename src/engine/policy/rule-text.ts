/** The texts of a rule: what it tests and what it says, compiled where they stand. */
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type CelFault, faultOf } from '../blueprint/cel.ts'
import { placeInPart, placeWithin } from '../blueprint/expression-places.ts'
import { splitText } from '../blueprint/expression-text.ts'
import { compileRule, namesFor, type RuleSubject, type RuleWorld } from './rule-language.ts'
import { unknownWords } from './rule-words.ts'

/** True: the rule speaks up. `reason` where that cannot be told. */
export type RuleTest = (world: RuleWorld) => boolean | { readonly reason: string }

/** What it says then. Never throws: what cannot be told stands there as it is written. */
export type RuleMessage = (world: RuleWorld) => string

/** Mistakes are added to `problems`; undefined then. */
export function readTest(
  text: string,
  at: Place,
  { about, problems }: { readonly about: RuleSubject; readonly problems: Problem[] },
): RuleTest | undefined {
  const run = readPart({ source: text, at }, about, problems)
  if (!run) return undefined
  if (run.type !== 'bool' && run.type !== 'dyn') {
    problems.push(invalid(`${text} is of the type ${run.type}, and a rule takes true or false.`, at))
    return undefined
  }
  return (world) => {
    const result = run.evaluate(world)
    if ('reason' in result) return result
    return typeof result.value === 'boolean' ? result.value : { reason: `${text} gave neither true nor false` }
  }
}

/** `${…}` in it are expressions like that of the test. */
export function readMessage(
  text: string,
  at: Place,
  { about, problems }: { readonly about: RuleSubject; readonly problems: Problem[] },
): RuleMessage {
  const { parts, unclosed } = splitText(text)
  if (unclosed !== undefined) problems.push(invalid(`Nothing closes the \${ of this message.`, at))
  const runs = parts.map((part) => {
    if (typeof part === 'string') return () => part
    const placed = { source: part.source, at: placeWithin(at, text, part.start, part.end) }
    const run = readPart(placed, about, problems)
    if (run && /^(?:map|null|type|[A-Z])/.test(run.type))
      problems.push(
        invalid(`\${${part.source}} is of the type ${run.type}, which cannot stand inside text.`, placed.at),
      )
    return (world: RuleWorld): string => {
      const result = run?.evaluate(world)
      return (result && 'value' in result ? textOf(result.value) : undefined) ?? `\${${part.source}}`
    }
  })
  return (world) => runs.map((run) => run(world)).join('')
}

interface Run {
  readonly type: string
  evaluate(world: RuleWorld): { readonly value: unknown } | { readonly reason: string }
}

function readPart(
  part: { readonly source: string; readonly at: Place },
  about: RuleSubject,
  problems: Problem[],
): Run | undefined {
  const outcome = compileRule(part.source, about)
  if ('fault' in outcome) {
    problems.push(faultProblem(part, outcome.fault, about))
    return undefined
  }
  const { compiled } = outcome
  for (const { word, known, start, end } of unknownWords(compiled.nodes))
    problems.push({
      ...invalid(`"${word}" is none of ${known.join(', ')}: this is never so.`, placeInPart(part, start, end)),
      ...hinted(didYouMean(word, known)),
    })
  return {
    type: compiled.type,
    evaluate: (world) => {
      try {
        return { value: compiled.run({ ...world }) }
      } catch (error) {
        return { reason: faultOf(error).reason }
      }
    },
  }
}

function faultProblem(
  part: { readonly source: string; readonly at: Place },
  { reason, start, end, unknownName }: CelFault,
  about: RuleSubject,
): Problem {
  const other =
    unknownName === 'service' || unknownName === 'task' ? `Say \`for: ${unknownName}\` to have it.` : undefined
  const known = `Rules for a ${about} know ${namesFor[about].join(', ')}.`
  const hint = unknownName === undefined ? undefined : (other ?? didYouMean(unknownName, namesFor[about]) ?? known)
  return { ...invalid(`${part.source}: ${reason}.`, placeInPart(part, start, end)), ...hinted(hint) }
}

const hinted = (hint: string | undefined): { readonly hint?: string } => (hint === undefined ? {} : { hint })

const invalid = (message: string, at: Place): Problem => ({ code: 'POLICY_INVALID', message, at })

/** Lists with commas between; undefined for what is no text. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'number')
    return String(value)
  if (!Array.isArray(value)) return undefined
  const items = value.slice(0, ITEMS_MAX).map(textOf)
  if (items.includes(undefined)) return undefined
  const rest = value.length - items.length
  return items.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

const ITEMS_MAX = 20
