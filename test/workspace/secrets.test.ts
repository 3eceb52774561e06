import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sealerOf } from '../../src/base/secret.ts'
import { readWorkspaceFile } from '../../src/engine/blueprint/workspace-file.ts'
import { openAgeFile, writeAgeFile } from '../../src/workspace/age-file.ts'
import { listSecrets, setSecret } from '../../src/workspace/secret-list.ts'
import { secretsOf } from '../../src/workspace/secrets.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ays-secrets-'))
})
afterEach(() => {
  delete process.env.AYS_TEST_SECRET
  delete process.env.AYS_TEST_IDENTITY
  rmSync(root, { recursive: true, force: true })
})

const sealer = sealerOf(new Uint8Array(32))

/** A program of the workspace that counts how often it ran. */
function program(name: string, script: string): void {
  writeFileSync(join(root, name), `#!/bin/sh\necho ran >> "${root}/ran"\n${script}\n`)
  chmodSync(join(root, name), 0o755)
}

async function secretsIn(settings: string, run: 'once' | 'never' = 'once') {
  const { workspace, problems } = readWorkspaceFile({ path: 'ays.yaml', text: settings })
  expect(problems).toEqual([])
  const opened = workspace.secretsFile && (await openAgeFile(root, workspace.secretsFile))
  return secretsOf({ root, settings: workspace, sealer, opened, run })
}

describe('a secret comes from', () => {
  test('an environment variable', async () => {
    const secrets = await secretsIn('secrets: { a: { env: AYS_TEST_SECRET } }')
    expect(secrets.missing('a')).toMatchObject({ reason: 'the environment variable AYS_TEST_SECRET is not set' })
    process.env.AYS_TEST_SECRET = 'geheim'
    expect((await secretsIn('secrets: { a: { env: AYS_TEST_SECRET } }')).secret('a')?.reveal()).toBe('geheim')
  })

  test('a file, without the newline at its end', async () => {
    const secrets = await secretsIn('secrets: { a: { file: a.txt }, b: { file: b.txt } }')
    writeFileSync(join(root, 'a.txt'), 'two\nlines\n')
    expect(secrets.secret('a')?.reveal()).toBe('two\nlines')
    expect(secrets.missing('b')?.reason).toBe('the file b.txt is not there')
  })

  test('a command, which runs once and only when its secret is used', async () => {
    program('pass.sh', 'printf "%s\\n" "secret of $2"')
    const secrets = await secretsIn('secrets: { a: { command: [./pass.sh, show, "a b"] } }')
    expect(existsSync(join(root, 'ran'))).toBe(false)
    expect(secrets.secret('a')?.reveal()).toBe('secret of a b')
    expect(secrets.secret('a')?.reveal()).toBe('secret of a b')
    expect(readFileSync(join(root, 'ran'), 'utf8')).toBe('ran\n')
  })

  test('a command that fails, of which nothing it printed is told', async () => {
    program('pass.sh', 'echo half-a-secret; echo half-a-secret >&2; exit 3')
    const secrets = await secretsIn('secrets: { a: { command: [./pass.sh] }, b: { command: [./nothing] } }')
    expect(secrets.secret('a')).toBeUndefined()
    expect(secrets.missing('a')?.reason).toBe('./pass.sh ended with 3')
    expect(JSON.stringify(secrets.missing('a'))).not.toContain('half')
    expect(secrets.missing('b')?.reason).toBe('there is no program ./nothing')
  })

  test('no command, where none may run', async () => {
    program('pass.sh', 'echo x')
    expect((await secretsIn('secrets: { a: { command: [./pass.sh] } }', 'never')).secret('a')).toBeDefined()
    expect(existsSync(join(root, 'ran'))).toBe(false)
  })
})

describe('an age file', () => {
  const settings = 'secrets: { file: secrets.age, identity: { file: key.txt } }'
  const place = { path: 'secrets.age', identity: { file: 'key.txt' } }

  test('gives what was written into it, and shows nothing of it', async () => {
    const notes = await writeAgeFile(root, place, new Map([['db', 'p: "w"\n#']]))
    expect(notes).toHaveLength(1)
    expect(statSync(join(root, 'key.txt')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(root, 'secrets.age'), 'utf8')).toContain('BEGIN AGE ENCRYPTED FILE')
    const secrets = await secretsIn(settings)
    expect(secrets.secret('db')?.reveal()).toBe('p: "w"\n#')
    expect(secrets.missing('dbb')).toEqual({ reason: 'no source of the workspace gives it', hint: 'Did you mean db?' })
  })

  test('is opened by an identity in the environment', async () => {
    await writeAgeFile(root, place, new Map([['db', 'x']]))
    const from = 'secrets: { file: secrets.age, identity: { env: AYS_TEST_IDENTITY } }'
    expect((await secretsIn(from)).missing('db')?.reason).toContain('AYS_TEST_IDENTITY')
    process.env.AYS_TEST_IDENTITY = readFileSync(join(root, 'key.txt'), 'utf8')
    expect((await secretsIn(from)).secret('db')?.reveal()).toBe('x')
  })

  test('that another identity encrypted is told when a secret is used', async () => {
    await writeAgeFile(root, place, new Map([['db', 'x']]))
    rmSync(join(root, 'key.txt'))
    await writeAgeFile(root, { ...place, path: 'other.age' }, new Map())
    expect((await secretsIn(settings)).missing('db')?.reason).toBe('secrets.age cannot be decrypted with key.txt')
  })

  test('whose identity is none, or cannot be read, is told too', async () => {
    await writeAgeFile(root, place, new Map([['db', 'x']]))
    writeFileSync(join(root, 'key.txt'), 'AGE-SECRET-KEY-1NONSENSE\n')
    expect((await secretsIn(settings)).missing('db')?.reason).toContain('cannot be decrypted')
    writeFileSync(join(root, 'key.txt'), '# nothing\n')
    expect((await secretsIn(settings)).missing('db')?.reason).toBe('key.txt holds no age identity')
    const folder = 'secrets: { file: secrets.age, identity: { file: . } }'
    expect((await secretsIn(folder)).missing('db')?.reason).toContain('cannot be read')
  })

  test('that is missing, or has no identity, is told with the way out', async () => {
    expect((await secretsIn(settings)).missing('db')?.hint).toContain('ays secrets set')
    await writeAgeFile(root, place, new Map([['db', 'x']]))
    expect((await secretsIn('secrets: { file: secrets.age }')).missing('db')?.hint).toContain('identity:')
  })
})

describe('people keep secrets with', () => {
  const settings =
    'secrets:\n  file: secrets.age\n  identity: { file: key.txt }\n  pass: { command: [pass, show, x] }\n'

  test('a list of names and sources, which asks for no value', async () => {
    writeFileSync(join(root, 'ays.yaml'), settings)
    expect(await setSecret(root, 'web', 'geheim')).toHaveLength(1)
    expect(await setSecret(root, 'db', 'x')).toEqual([])
    const { secrets } = await listSecrets(root)
    expect(secrets).toEqual([
      { name: 'db', from: 'secrets.age' },
      { name: 'pass', from: 'pass show x' },
      { name: 'web', from: 'secrets.age' },
    ])
  })

  test('a set that keeps what was there, and refuses what it would lose', async () => {
    writeFileSync(join(root, 'ays.yaml'), settings)
    await setSecret(root, 'web', 'one')
    await setSecret(root, 'web', 'two')
    expect((await secretsIn(settings)).secret('web')?.reveal()).toBe('two')
    await expect(setSecret(root, 'pass', 'x')).rejects.toThrow('comes from pass show x')
    await expect(setSecret(root, 'a-b', 'x')).rejects.toThrow('cannot be the name')
    rmSync(join(root, 'key.txt'))
    await expect(setSecret(root, 'db', 'x')).rejects.toThrow('key.txt is not there')
    writeFileSync(join(root, 'ays.yaml'), 'secrets: {}\n')
    await expect(setSecret(root, 'db', 'x')).rejects.toThrow('names no file')
  })
})
