/** policy.yaml: what it may say, and every mistake of it with its place. */
import { describe, expect, test } from 'vitest'
import { problemLine } from '../../../src/base/problem.ts'
import { keyFromSeed } from '../../../src/base/ssh-key.ts'
import { NO_POLICY } from '../../../src/engine/policy/policy.ts'
import { readPolicy } from '../../../src/engine/policy/read-policy.ts'

const keyOf = (digit: string): string => keyFromSeed(digit.repeat(64)).publicLine
const read = (text: string) => readPolicy({ path: 'policy.yaml', text })
const told = (text: string): string[] => read(text).problems.map(problemLine)
const rule = (body: string): string => `rules:\n  - name: one\n    message: m\n    ${body}\n`

test('an empty file asks for nothing', () => {
  expect(read('# nothing yet\n')).toEqual({ policy: NO_POLICY, problems: [] })
})

test('a whole policy is read as it is meant', () => {
  const { policy, problems } = read(`timeZone: Europe/Brussels
rules:
  - name: few-nodes
    deny: plan.nodes.size() > 3
    message: It touches \${plan.nodes.size()} nodes.
    scope: { environments: [prod*], kinds: [apply, action] }
  - { name: data, for: service, warn: service.removesData, message: "\${service.address}" }
approvals:
  - { risk: medium }
  - { risk: high, count: 2, keys: [anna, bob] }
reviewers:
  - { names: ["@ops"], risk: high }
keys:
  anna: ${keyOf('a')} anna@desk
  bob: ${keyOf('b')}
`)
  expect(problems).toEqual([])
  expect(policy).toMatchObject({
    timeZone: 'Europe/Brussels',
    rules: [
      {
        name: 'few-nodes',
        effect: 'deny',
        about: 'plan',
        scope: { environments: ['prod*'], kinds: ['apply', 'action'] },
      },
      { name: 'data', effect: 'warn', about: 'service', scope: {} },
    ],
    approvals: [
      { risk: 'medium', count: 1, keys: ['anna', 'bob'] },
      { risk: 'high', count: 2, keys: ['anna', 'bob'] },
    ],
    reviewers: [{ names: ['@ops'], risk: 'high' }],
  })
  expect(policy.keys.get('anna')).toMatchObject({
    line: keyOf('a'),
    fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
  })
})

describe('mistakes', () => {
  test.each([
    ['no map', 'just text\n', 'policy.yaml:1:1: POLICY_INVALID policy.yaml is a map, not "just text".'],
    ['an unknown key', 'rulez: []\n', 'policy.yaml:1:1: POLICY_INVALID policy.yaml has no rulez.'],
    [
      'an unknown key of a rule',
      rule('deny: "true"\n    when: x'),
      'policy.yaml:5:5: POLICY_INVALID rules.0 has no when.',
    ],
    [
      'an unknown scope',
      rule('deny: "true"\n    scope: { node: [a] }'),
      'policy.yaml:5:14: POLICY_INVALID rules.0.scope has no node.',
    ],
    [
      'neither deny nor warn',
      rule('for: plan'),
      'policy.yaml:2:5: POLICY_INVALID A rule takes deny or warn, and has neither.',
    ],
    [
      'both',
      rule('deny: "true"\n    warn: "true"'),
      'policy.yaml:2:5: POLICY_INVALID A rule takes deny or warn, not both.',
    ],
    [
      'a name that stands for nothing',
      rule('deny: plam.risk == "high"'),
      'policy.yaml:4:11: POLICY_INVALID plam.risk == "high": unknown variable: plam.',
    ],
    [
      'a service where none is asked about',
      rule('deny: service.removesData'),
      'policy.yaml:4:11: POLICY_INVALID service.removesData: unknown variable: service.',
    ],
    [
      'a member that there is not',
      rule('deny: plan.nods.size() > 3'),
      'policy.yaml:4:16: POLICY_INVALID plan.nods.size() > 3: no such key: nods.',
    ],
    [
      'a member of a member',
      rule('deny: plan.services.exists(s, s.risc == "high")'),
      'policy.yaml:4:37: POLICY_INVALID plan.services.exists(s, s.risc == "high"): no such key: risc.',
    ],
    [
      'types that do not go together',
      rule('deny: now.hour < "eight"'),
      'policy.yaml:4:11: POLICY_INVALID now.hour < "eight": no such overload: int < string.',
    ],
    [
      'no answer of yes or no',
      rule('deny: plan.nodes'),
      'policy.yaml:4:11: POLICY_INVALID plan.nodes is of the type list<string>, and a rule takes true or false.',
    ],
    [
      'what is no expression',
      rule('deny: "plan.nodes.size() >"'),
      /^policy\.yaml:4:\d+: POLICY_INVALID plan\.nodes\.size\(\) >: /,
    ],
    [
      'a word that no plan has',
      rule('deny: plan.services.exists(s, s.action == "delete")'),
      'policy.yaml:4:47: POLICY_INVALID "delete" is none of create, update, replace, remove, adopt, act, unknown, none: this is never so.',
    ],
    [
      'a weekday that there is not',
      rule('deny: now.weekday in ["sat", "sunday"]'),
      'policy.yaml:4:34: POLICY_INVALID "sunday" is none of mon, tue, wed, thu, fri, sat, sun: this is never so.',
    ],
    [
      'a mistake in a message',
      'rules: [{ name: a, deny: "true", message: "on ${plan.nod}" }]\n',
      'policy.yaml:1:54: POLICY_INVALID plan.nod: no such key: nod.',
    ],
    [
      'a message of what is no text',
      'rules: [{ name: a, deny: "true", message: "on ${plan.counts}" }]\n',
      'policy.yaml:1:47: POLICY_INVALID ${plan.counts} is of the type Counts, which cannot stand inside text.',
    ],
    [
      'a message that does not end',
      'rules: [{ name: a, deny: "true", message: "on ${plan" }]\n',
      'policy.yaml:1:43: POLICY_INVALID Nothing closes the ${ of this message.',
    ],
    [
      'two rules of one name',
      'rules: [{ name: a, deny: "true", message: m }, { name: a, warn: "true", message: m }]\n',
      'policy.yaml:1:56: POLICY_INVALID Two rules have the name a.',
    ],
    [
      'a time zone that there is not',
      'timeZone: Middle/Earth\n',
      'policy.yaml:1:11: POLICY_INVALID There is no time zone Middle/Earth.',
    ],
    [
      'an RSA key',
      'keys: { anna: ssh-rsa AAAAB3NzaC1yc2E= }\n',
      'policy.yaml:1:15: POLICY_INVALID The key of anna is no public key of ssh-ed25519.',
    ],
    [
      'a key cut off',
      `keys: { anna: ${keyOf('a').slice(0, -4)} }\n`,
      'policy.yaml:1:15: POLICY_INVALID The key of anna is no public key of ssh-ed25519.',
    ],
    [
      'one key under two names',
      `keys:\n  anna: ${keyOf('a')}\n  bob: ${keyOf('a')} bob\n`,
      'policy.yaml:3:8: POLICY_INVALID bob has the key of anna: one person would count as two.',
    ],
    [
      'a name that ssh takes for a pattern',
      `keys: { "*": ${keyOf('a')} }\n`,
      'policy.yaml:1:9: POLICY_INVALID "*" cannot be a name under keys.',
    ],
    [
      'an approval by nobody',
      'approvals: [{ risk: high }]\n',
      'policy.yaml:1:13: POLICY_INVALID An approval is asked for, and there is no key to give it.',
    ],
    [
      'an approval by a stranger',
      `approvals: [{ risk: high, keys: [bop] }]\nkeys: { bob: ${keyOf('b')} }\n`,
      'policy.yaml:1:34: POLICY_INVALID keys: of policy.yaml has no bop.',
    ],
    [
      'more approvals than people',
      `approvals: [{ risk: high, count: 2 }]\nkeys: { bob: ${keyOf('b')} }\n`,
      'policy.yaml:1:34: POLICY_INVALID 2 approvals are asked for, and 1 key may give them.',
    ],
    [
      'a risk that there is not',
      'approvals: [{ risk: none }]\n',
      'policy.yaml:1:21: POLICY_INVALID approvals.0.risk takes one of low, medium, high, not "none".',
    ],
  ])('%s', (_, text, expected) => {
    const lines = told(text)
    expect(lines).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })

  test('all are told at once', () => {
    expect(told(`${rule('deny: plan.nods.size() > 3')}timeZone: Nowhere\nfoo: 1\n`)).toHaveLength(3)
  })
})
