/** Approvals given to saved plans, and checked: by ssh-keygen, against the keys of policy.yaml. */
import { type Problem, ProblemsError } from '../base/problem.ts'
import type { SavedApproval, SavedPlan } from '../engine/plan/plan-schema.ts'
import { APPROVAL_NAMESPACE, allowedSigners, type JudgedApproval, statementOf } from '../engine/policy/approvals.ts'
import type { Policy } from '../engine/policy/policy.ts'
import { signatureFault, signText, tryFindSigner } from './ssh-keygen.ts'

/** Who approves, and with which key file. Throws APPROVAL_UNSIGNED, and APPROVAL_INVALID for a key that the policy does not name. */
export async function approve(
  saved: SavedPlan,
  { policy, keyFile, now }: { readonly policy: Policy; readonly keyFile: string; readonly now: number },
): Promise<{ readonly saved: SavedPlan; readonly approval: SavedApproval }> {
  if (policy.keys.size === 0) throw new ProblemsError([keyless])
  const at = new Date(now).toISOString()
  const signature = await signText(statementOf(saved, at), { keyFile, namespace: APPROVAL_NAMESPACE })
  const name = await tryFindSigner(signature, allowedSigners(policy))
  const key = name === undefined ? undefined : policy.keys.get(name)
  if (!key) throw new ProblemsError([strange(keyFile, policy)])
  const approval = { name: key.name, fingerprint: key.fingerprint, at, signature }
  const reason = await faultOf(approval, saved, policy)
  if (reason !== undefined)
    throw new ProblemsError([{ code: 'APPROVAL_INVALID', message: `The approval does not count: ${reason}.` }])
  const others = (saved.approvals ?? []).filter((one) => one.name !== key.name)
  return { saved: { ...saved, approvals: [...others, approval] }, approval }
}

/** Each approval of a saved plan, with the reason where it does not count. */
export async function judgeApprovals(saved: SavedPlan, policy: Policy): Promise<readonly JudgedApproval[]> {
  const judged: JudgedApproval[] = []
  for (const approval of saved.approvals ?? []) {
    const reason = await faultOf(approval, saved, policy)
    judged.push({ approval, ...(reason === undefined ? {} : { reason }) })
  }
  return judged
}

async function faultOf(approval: SavedApproval, saved: SavedPlan, policy: Policy): Promise<string | undefined> {
  const { name, at, signature } = approval
  if (!policy.keys.has(name)) return `keys: of policy.yaml has no ${name}`
  const allowed = allowedSigners(policy)
  const said = await signatureFault(statementOf(saved, at), {
    ...{ signature, signer: name, allowed },
    namespace: APPROVAL_NAMESPACE,
  })
  if (said === undefined) return undefined
  const signer = await tryFindSigner(signature, allowed)
  if (signer !== name)
    return signer === undefined
      ? `it is signed with a key that policy.yaml does not name, or is no signature (${said})`
      : `it is signed with the key of ${signer}`
  return `it is of another plan, for something else than plans, or was damaged (${said})`
}

const keyless: Problem = {
  code: 'APPROVAL_INVALID',
  message: 'policy.yaml names no keys, so nobody can approve.',
  hint: 'Add keys: with the public key of each person who may: docs/policy.md.',
}

const strange = (keyFile: string, { keys }: Policy): Problem => ({
  code: 'APPROVAL_INVALID',
  message: `policy.yaml does not name the key ${keyFile}: its approval would not count.`,
  hint: `It names ${[...keys.values()].map(({ name, fingerprint }) => `${name} (${fingerprint})`).join(', ')}.`,
})
