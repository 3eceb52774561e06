/** What a workspace asks of its plans: rules over them, approvals that they need, people who should look at them. */
import type { Place } from '../../base/place.ts'
import type { Plan } from '../plan/plan.ts'
import type { Risk } from '../plan/risk.ts'
import type { RuleSubject } from './rule-language.ts'
import type { RuleMessage, RuleTest } from './rule-text.ts'

/** policy.yaml, read. */
export interface Policy {
  /** Of `now` in rules: `Europe/Brussels`. */
  readonly timeZone: string
  readonly rules: readonly Rule[]
  readonly approvals: readonly ApprovalRule[]
  readonly reviewers: readonly ReviewerRule[]
  /** Who may approve, by name. */
  readonly keys: ReadonlyMap<string, PolicyKey>
}

/** A person's key, as people have it: `ssh-ed25519 AAAA…`. */
export interface PolicyKey {
  readonly name: string
  /** Its type and base64, without a comment. */
  readonly line: string
  /** `SHA256:…`, as ssh-keygen shows it. */
  readonly fingerprint: string
}

/** One rule: where its test is true, the plan is refused or warned of. */
export interface Rule {
  readonly name: string
  readonly effect: 'deny' | 'warn'
  /** What it is asked about: the plan once, each of its services, or each of their tasks. */
  readonly about: RuleSubject
  readonly test: RuleTest
  readonly message: RuleMessage
  readonly scope: RuleScope
  readonly at: Place
}

/** What a rule is asked about; what is absent narrows nothing. */
export interface RuleScope {
  /** Addresses or globs. */
  readonly services?: readonly string[]
  /** One of them suffices. */
  readonly tags?: readonly string[]
  /** Addresses or globs of nodes. */
  readonly nodes?: readonly string[]
  /** Names or globs. */
  readonly environments?: readonly string[]
  readonly kinds?: readonly Plan['kind'][]
}

/** Plans of this risk or a worse one need `count` approvals, by any of these keys. */
export interface ApprovalRule {
  readonly risk: Exclude<Risk, 'none'>
  readonly count: number
  readonly keys: readonly string[]
  readonly scope: RuleScope
}

/** People whom a plan names as its reviewers; nothing is enforced. */
export interface ReviewerRule {
  readonly names: readonly string[]
  readonly risk?: Exclude<Risk, 'none'>
  readonly scope: RuleScope
}

/** Without policy.yaml nothing is asked. */
export const NO_POLICY: Policy = { timeZone: 'UTC', rules: [], approvals: [], reviewers: [], keys: new Map() }
