/** Reads policy.yaml by its schema, compiles its rules, and tells every mistake with its place. */
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Value } from '../blueprint/declaration.ts'
import { readYaml, type SourceFile } from '../blueprint/read-yaml.ts'
import { problemsOf } from '../blueprint/schema-mistakes.ts'
import { findEntry, tryDataOf, tryTextOf } from '../blueprint/value.ts'
import { checkAgainst } from '../graph/schema.ts'
import { isTimeZone } from './moment.ts'
import { type ApprovalRule, NO_POLICY, type Policy, type PolicyKey, type ReviewerRule, type Rule } from './policy.ts'
import { policySchema } from './policy-schema.ts'
import { tryReadPublicKey } from './public-key.ts'
import { readMessage, readTest } from './rule-text.ts'

/** Never throws. With mistakes, what does fit is still there. */
export function readPolicy(file: SourceFile): { readonly policy: Policy; readonly problems: readonly Problem[] } {
  const { documents, problems: broken } = readYaml(file)
  const problems = [...broken]
  const [root, second] = documents
  if (second) problems.push(mistake('policy.yaml holds one document, not several.', second.at))
  if (!root || (root.type === 'scalar' && root.value === null)) return { policy: NO_POLICY, problems }
  const data = tryDataOf(root) ?? {}
  problems.push(...problemsOf(checkAgainst(policySchema, data), root, JUDGED).map(({ problem }) => problem))
  const keys = readKeys(member(root, 'keys'), problems)
  const approvals = itemsOf(member(root, 'approvals')).flatMap((one) => readApproval(one, keys, problems))
  const policy: Policy = {
    timeZone: readTimeZone(member(root, 'timeZone'), problems),
    rules: readRules(itemsOf(member(root, 'rules')), problems),
    approvals,
    reviewers: itemsOf(member(root, 'reviewers')).map(readReviewer),
    keys,
  }
  return { policy, problems: sortProblems(problems) }
}

const JUDGED = { name: 'policy.yaml', code: 'POLICY_INVALID' } as const

function readRules(items: readonly Value[], problems: Problem[]): readonly Rule[] {
  const names = new Map<string, Place>()
  return items.flatMap((item): Rule[] => {
    const name = tryTextOf(member(item, 'name'))
    if (name !== undefined && names.has(name))
      problems.push(mistake(`Two rules have the name ${name}.`, member(item, 'name')?.at ?? item.at))
    if (name !== undefined) names.set(name, item.at)
    const given = (['deny', 'warn'] as const).filter((effect) => member(item, effect))
    if (given.length !== 1 && item.type === 'map')
      problems.push(
        mistake(`A rule takes deny or warn, ${given.length === 0 ? 'and has neither' : 'not both'}.`, item.at),
      )
    const said = tryTextOf(member(item, 'for')) ?? 'plan'
    const about = said === 'service' || said === 'task' ? said : 'plan'
    const [effect] = given
    const source = effect && member(item, effect)
    const message = member(item, 'message')
    const [test, says] = [tryTextOf(source), tryTextOf(message)]
    const reading = { about, problems } as const
    const compiled = source && test !== undefined ? readTest(test, source.at, reading) : undefined
    const told = message && says !== undefined ? readMessage(says, message.at, reading) : undefined
    if (name === undefined || !effect || !source || !compiled || !told) return []
    return [{ name, effect, about, test: compiled, message: told, scope: scopeOf(item), at: source.at }]
  })
}

function readKeys(value: Value | undefined, problems: Problem[]): ReadonlyMap<string, PolicyKey> {
  const keys = new Map<string, PolicyKey>()
  for (const entry of value?.type === 'map' ? value.entries : []) {
    const text = tryTextOf(entry.value)
    if (text === undefined) continue
    const key = tryReadPublicKey(text)
    if (!key) {
      const hint = 'Take the line of a file such as ~/.ssh/id_ed25519.pub; `ssh-keygen -t ed25519` makes a key.'
      problems.push({ ...mistake(`The key of ${entry.key} is no public key of ssh-ed25519.`, entry.value.at), hint })
      continue
    }
    const other = [...keys.values()].find((one) => one.fingerprint === key.fingerprint)
    if (other)
      problems.push(
        mistake(`${entry.key} has the key of ${other.name}: one person would count as two.`, entry.value.at),
      )
    keys.set(entry.key, { name: entry.key, ...key })
  }
  return keys
}

function readApproval(item: Value, known: ReadonlyMap<string, PolicyKey>, problems: Problem[]): ApprovalRule[] {
  const risk = tryTextOf(member(item, 'risk'))
  if (risk !== 'low' && risk !== 'medium' && risk !== 'high') return []
  const named = itemsOf(member(item, 'keys'))
  for (const one of named) {
    const name = tryTextOf(one)
    if (name === undefined || known.has(name)) continue
    const hint = didYouMean(name, known.keys()) ?? 'Add it under keys: with its public key.'
    problems.push({ ...mistake(`keys: of policy.yaml has no ${name}.`, one.at), hint })
  }
  const keys = named.length > 0 ? [...new Set(named.flatMap((one) => tryTextOf(one) ?? []))] : [...known.keys()]
  const given = member(item, 'count')
  const count = given?.type === 'scalar' && typeof given.value === 'number' ? given.value : 1
  if (count > keys.length)
    problems.push(
      mistake(
        count === 1
          ? 'An approval is asked for, and there is no key to give it.'
          : `${count} approvals are asked for, and ${keys.length} key${keys.length === 1 ? '' : 's'} may give them.`,
        member(item, 'count')?.at ?? item.at,
      ),
    )
  return [{ risk, count, keys, scope: scopeOf(item) }]
}

function readReviewer(item: Value): ReviewerRule {
  const risk = tryTextOf(member(item, 'risk'))
  const names = itemsOf(member(item, 'names')).flatMap((one) => tryTextOf(one) ?? [])
  const isRisk = risk === 'low' || risk === 'medium' || risk === 'high'
  return { names, ...(isRisk ? { risk } : {}), scope: scopeOf(item) }
}

function readTimeZone(value: Value | undefined, problems: Problem[]): string {
  const name = tryTextOf(value)
  if (!value || name === undefined) return NO_POLICY.timeZone
  if (isTimeZone(name)) return name
  problems.push({
    ...mistake(`There is no time zone ${name}.`, value.at),
    hint: 'Write it as the tz database does: Europe/Brussels, UTC.',
  })
  return NO_POLICY.timeZone
}

// Held against the schema; with a mistake in it nothing is planned.
const scopeOf = (item: Value): Rule['scope'] => {
  const scope = member(item, 'scope')
  return ((scope && tryDataOf(scope)) ?? {}) as Rule['scope']
}

const member = (value: Value, key: string): Value | undefined =>
  value.type === 'map' ? findEntry(value.entries, key)?.value : undefined

const itemsOf = (value: Value | undefined): readonly Value[] => (value?.type === 'list' ? value.items : [])

const mistake = (message: string, at: Place): Problem => ({ code: 'POLICY_INVALID', message, at })
