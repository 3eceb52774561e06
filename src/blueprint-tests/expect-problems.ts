/** What a test expects to be refused or warned about: by code, place and words. */
import { showPlace } from '../base/place.ts'
import { isError, type Problem } from '../base/problem.ts'
import { failed, failedBy } from './failure.ts'
import type { Expect, ExpectedProblem } from './format.ts'
import type { BlueprintTest } from './test-file.ts'

/** Every refusal is expected, and every expectation is met by one of them. */
export function refusalFailures(test: BlueprintTest, problems: readonly Problem[]): Problem[] {
  const refusals = problems.filter(isError)
  const { left, failures } = matched(test, 'refused', refusals)
  const place = test.expect.refused === undefined ? test.at : test.place('expect', 'refused')
  return [...failures, ...left.map((one) => failedBy(place, 'It is refused with', one))]
}

/** Warnings that are expected are there; others are no failure. */
export function warningFailures(test: BlueprintTest, problems: readonly Problem[]): Problem[] {
  return matched(
    test,
    'warned',
    problems.filter((one) => !isError(one)),
  ).failures
}

function matched(
  test: BlueprintTest,
  key: 'refused' | 'warned',
  problems: readonly Problem[],
): { readonly left: readonly Problem[]; readonly failures: Problem[] } {
  const left = [...problems]
  const failures: Problem[] = []
  for (const [i, wanted] of listOf(test.expect[key]).entries()) {
    const found = left.findIndex((one) => isMet(wanted, one))
    if (found >= 0) left.splice(found, 1)
    else {
      const there = problems.map(describe).join('; ') || 'nothing'
      failures.push(failed(test.place('expect', key, String(i)), `${text(wanted)} is expected, and there is ${there}.`))
    }
  }
  return { left, failures }
}

const listOf = (given: Expect['refused']): readonly ExpectedProblem[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as ExpectedProblem] // not an array, so one of them

function isMet(wanted: ExpectedProblem, problem: Problem): boolean {
  const { code, at, says } = typeof wanted === 'string' ? { code: wanted, at: undefined, says: undefined } : wanted
  const places = problem.at ? [problem.at.file, `${problem.at.file}:${problem.at.line}`, showPlace(problem.at)] : []
  return (
    problem.code === code &&
    (at === undefined || places.includes(at)) &&
    (says === undefined || problem.message.includes(says))
  )
}

const describe = ({ code, at, message }: Problem): string => `${code}${at ? ` at ${showPlace(at)}` : ''} (${message})`

function text(wanted: ExpectedProblem): string {
  if (typeof wanted === 'string') return wanted
  const { code, at, says } = wanted
  return `${code}${at === undefined ? '' : ` at ${at}`}${says === undefined ? '' : ` that says "${says}"`}`
}
