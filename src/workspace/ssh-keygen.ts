/** Signs and checks with the person's own ssh-keygen: their keys, agents and passphrases, and no cryptography of ours. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentVariables } from '../base/environment.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'

/**
 * The signature of a text in its armour. `keyFile` is a private key, or a public one whose private half an agent holds.
 * It may ask for a passphrase at the terminal. Throws APPROVAL_UNSIGNED.
 */
export async function signText(
  text: string,
  { keyFile, namespace }: { readonly keyFile: string; readonly namespace: string },
): Promise<string> {
  const ended = await run(['-Y', 'sign', '-f', keyFile, '-n', namespace], text, SIGN_MS)
  if (ended.ok && ended.stdout.startsWith('-----BEGIN SSH SIGNATURE-----')) return ended.stdout
  throw new ProblemsError([
    {
      code: 'APPROVAL_UNSIGNED',
      message: `ssh-keygen could not sign with ${keyFile}: ${ended.said}.`,
      hint: 'Give a private key of ssh-ed25519, or its .pub while ssh-agent holds the key.',
    },
  ])
}

/** Who of the allowed signers has the key of a signature; undefined: none of them. Checks nothing of the text. */
export async function tryFindSigner(signature: string, allowed: string): Promise<string | undefined> {
  return await withFiles({ allowed, signature }, async (files) => {
    const ended = await run(['-Y', 'find-principals', '-s', files.signature, '-f', files.allowed], '', CHECK_MS)
    return ended.ok ? ended.stdout.split('\n')[0]?.trim() || undefined : undefined
  })
}

/** Why a signature is not that of `signer` over `text`; undefined: it is. */
export async function signatureFault(
  text: string,
  of: { readonly signature: string; readonly signer: string; readonly namespace: string; readonly allowed: string },
): Promise<string | undefined> {
  const { signature, signer, namespace, allowed } = of
  return await withFiles({ allowed, signature }, async (files) => {
    const words = ['-Y', 'verify', '-f', files.allowed, '-I', signer, '-n', namespace, '-s', files.signature]
    const ended = await run(words, text, CHECK_MS)
    return ended.ok ? undefined : ended.said
  })
}

/** A person types a passphrase, or touches a key. */
const SIGN_MS = 120_000
const CHECK_MS = 20_000
const OUTPUT_BYTES_MAX = 65_536

interface Ended {
  readonly ok: boolean
  readonly stdout: string
  /** Its last line, for people. */
  readonly said: string
}

function run(args: readonly string[], stdin: string, timeoutMs: number): Promise<Ended> {
  const env = { ...environmentVariables(), LC_ALL: 'C' }
  const options = { env, encoding: 'utf8', timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX } as const
  return new Promise((resolve, reject) => {
    const child = execFile('ssh-keygen', [...args], options, (error, stdout, stderr) => {
      if (error && 'code' in error && error.code === 'ENOENT') return reject(new ProblemsError([missing]))
      const lines = `${stdout}\n${stderr}`.split('\n').flatMap((line) => line.trim() || [])
      const said = (lines.at(-1) ?? error?.message ?? '').replace(/\.$/, '')
      resolve({ ok: !error, stdout, said })
    })
    // It may end before it has read all.
    child.stdin?.on('error', () => {})
    child.stdin?.end(stdin)
  })
}

const missing: Problem = {
  code: 'APPROVAL_UNSIGNED',
  message: 'There is no ssh-keygen here, which signs and checks approvals.',
  hint: 'Install the client of OpenSSH (openssh-client).',
}

async function withFiles<Names extends string, Result>(
  texts: Readonly<Record<Names, string>>,
  use: (files: Readonly<Record<Names, string>>) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ays-approval-'))
  try {
    const names = Object.keys(texts) as Names[]
    for (const name of names) writeFileSync(join(folder, name), texts[name], { mode: 0o600 })
    return await use(Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Record<Names, string>)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
