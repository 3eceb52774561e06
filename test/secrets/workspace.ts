/** A workspace into which secrets come by every way there is, and in which they go everywhere they may. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeAgeFile } from '../../src/workspace/age-file.ts'

export interface Planted {
  /** Variables for every `ays`. */
  readonly env: Readonly<Record<string, string>>
  /** Files and folders of the workspace in which its person keeps secrets: paths from its folder. */
  readonly kept: readonly string[]
}

/** `s0`, `s1` … in ays.yaml, each from a source of one of the four sorts. */
export async function writeSecrets(folder: string, values: readonly string[], more = ''): Promise<Planted> {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const env: Record<string, string> = {}
  const inAge = new Map<string, string>()
  const sources: string[] = []
  values.forEach((value, i) => {
    const name = `s${i}`
    switch (sourceOf(i)) {
      case 'env':
        env[`PLANTED_${i}`] = value
        sources.push(`  ${name}: { env: PLANTED_${i} }`)
        break
      case 'file':
        write(`kept/${name}`, `${value}\n`)
        sources.push(`  ${name}: { file: kept/${name} }`)
        break
      case 'command':
        write(`kept/${name}`, `${value}\n`)
        sources.push(`  ${name}: { command: [./pass, show, ${name}] }`)
        break
      case 'age':
        inAge.set(name, value)
    }
  })
  write('pass', '#!/bin/sh\nexec cat "kept/$2"\n')
  chmodSync(join(folder, 'pass'), 0o755)
  await writeAgeFile(folder, { path: 'secrets.age', identity: { file: 'kept/identity' } }, inAge)
  write(
    'ays.yaml',
    `workspace: 4f49c234-9b34-4499-99eb-${randomBytes(6).toString('hex')}\nsecrets:\n  file: secrets.age\n  identity: { file: kept/identity }\n${sources.join('\n')}\n${more}`,
  )
  return { env, kept: ['kept'] }
}

/** Every command is a process each time ays runs, so there are few of them. */
function sourceOf(i: number): 'env' | 'file' | 'command' | 'age' {
  if (i % 100 === 7) return 'command'
  return (['env', 'file', 'age'] as const)[i % 3] ?? 'env'
}

/** A template put together of others: what it is given as a field goes into a file, and out again as an output. */
export const VAULT = `summary: What is given is kept, and handed on.
data:
  password: { type: text }
  more: { type: map, of: text, default: {} }
parent: { to: [node] }
services:
  file__\${name}-kept:
    node: \${parent}
    path: /etc/planted/vault-\${name}
    content: |
      password: \${data.password}
    mode: "0600"
outputs:
  handed: \${data.password}
  url: "\${'https://user:' + data.password + '@host/'}"
  inside: { deep: ["\${data.password}"] }
`

/** Texts of the blueprint that use these secrets, by their names; `i` is only there to vary the uses. */
export function usesOf(names: readonly string[], node: string): readonly string[] {
  return names.map((name, i) => USES[i % USES.length]?.(`secrets.${name}`, `${name}`, node) ?? '')
}

/** Mistakes that hold a secret: a field of another type, a place where none may stand, an expression that fails with it. */
export function mistakesOf(names: readonly string[], node: string): readonly string[] {
  return names.map((name, i) => MISTAKES[i % MISTAKES.length]?.(`\${secrets.${name}}`, name, node) ?? '')
}

const MISTAKES: readonly ((secret: string, name: string, node: string) => string)[] = [
  (secret, name, node) => `storage_engine__${name}: { node: ${node}, port: "${secret}" }\n`,
  (secret, name, node) => `storage_engine__${name}: { node: ${node}, engine: "${secret}", maxMemory: "x${secret}" }\n`,
  (secret, name, node) => `command__${name}: { node: ${node}, run: "login ${secret}", check: ["test", "${secret}"] }\n`,
  (secret, name, node) => `unit__${name}: { node: ${node}, exec: "/bin/x ${secret}", after: ["${secret}"] }\n`,
  (secret, name, node) => `file__${name}: { node: ${node}, path: "/etc/${secret}", content: x, mode: "${secret}" }\n`,
  (secret, name) => `file__${name}: { node: "${secret}", path: /x, content: x }\n`,
  (secret, name, node) => `file__${name}: { $each: "${secret}", node: ${node}, path: /x, content: x }\n`,
  (_secret, name, node) =>
    `file__${name}: { $each: "\${{secrets.${name}: 1}}", node: ${node}, path: "/x\${each.key}", content: x }\n`,
  (secret, name, node) =>
    `file__${name}: { $if: "${secret}", $tags: ["${secret}"], node: ${node}, path: /x, content: x }\n`,
  (secret, name, node) =>
    `file__${name}: { $after: "${secret}", $timeout: "${secret}", node: ${node}, path: /x, content: x }\n`,
  (_secret, name, node) => `file__${name}: { node: ${node}, path: /x, content: "\${int(secrets.${name})}" }\n`,
  (_secret, name, node) => `file__${name}: { node: ${node}, path: /x, content: "\${services[secrets.${name}].x}" }\n`,
  (_secret, name, node) => `file__${name}: { node: ${node}, path: /x, content: "\${file(secrets.${name})}" }\n`,
  (_secret, name, node) =>
    `file__${name}: { node: ${node}, path: /x, content: "\${{"a": 1}[secrets.${name}]}" }\n`.replaceAll('"a"', "'a'"),
  (_secret, name, node) =>
    `file__${name}: { node: ${node}, path: /x, content: "\${'x'.matches(secrets.${name} + '(')}" }\n`,
  (secret, name, node) =>
    `user__${name}: { node: ${node}, shell: "${secret}", authorizedKeys: ["${secret}"], groups: "${secret}" }\n`,
  (secret, name) => `node__${name}: { host: "${secret}", port: "${secret}" }\n`,
  (secret, name) => `dnsclient__${name}: { addr: 127.0.0.1, key.name: "${secret}", key.secret: "(${secret}" }\n`,
  (secret, name, node) => `nosuch__${name}: { node: ${node}, x: "${secret}" }\n`,
  (secret, name, node) =>
    `file__${name}: { node: ${node}, path: /x, content: [1, "${secret}"], contnt: "${secret}" }\n`,
]

/** Ten secrets in each file. */
export function filesOf(names: readonly string[], node: string): readonly string[] {
  return names.flatMap((name, i) =>
    i % 10 > 0
      ? []
      : file(
          `many-${name}`,
          node,
          names
            .slice(i, i + 10)
            .map((one) => `${one} = \${secrets.${one}}\n`)
            .join(''),
        ),
  )
}

const file = (name: string, node: string, content: string): string =>
  `file__${name}:\n  node: ${node}\n  path: /etc/planted/${name}\n  mode: "0600"\n  content: ${JSON.stringify(content)}\n`

const USES: readonly ((secret: string, name: string, node: string) => string)[] = [
  (secret, name, node) => file(name, node, `\${${secret}}`),
  (secret, name, node) => file(name, node, `user = app\npassword = "\${${secret}}"\nurl = db://u:\${${secret}}@h/\n`),
  (secret, name, node) => file(name, node, `\${"token " + ${secret} + "\\n"}`),
  (secret, name, node) => file(name, node, `\${size(${secret}) > 4 ? ${secret} : "short"} \${string(size(${secret}))}`),
  (secret, name, node) =>
    file(name, node, `\${${secret} == secrets.s0 ? "same" : "other"} \${${secret}.contains("a")}`),
  (secret, name, node) => file(name, node, `\${[${secret}, "b"].map(x, x + "!")[0]}\${{"k": ${secret}}.k}`),
  (secret, name, node) => file(name, node, `\${${secret}.substring(0, 6)}…\${${secret}.upperAscii()}`),
  (secret, name, node) =>
    `vault__${name}:\n  node: ${node}\n  password: "\${${secret}}"\n  more: { a: "\${${secret}}", b: plain }\n` +
    file(`${name}-read`, node, `\${services["vault/${name}"].handed} \${services["vault/${name}"].url}\n`) +
    file(`${name}-deep`, node, `\${services["vault/${name}"].inside.deep[0]}`),
  (secret, name, node) =>
    `configuration__${name}:\n  configurations: [{ key: token, value: "\${${secret}}" }]\n` +
    file(`${name}-read`, node, `\${services["configuration/${name}"].token}\n`),
  (secret, name, node) =>
    `file__${name}:\n  $each: ["\${${secret}}", "x\${${secret}}y"]\n  node: ${node}\n  path: /etc/planted/${name}-\${each.key}\n  mode: "0600"\n  content: "\${each.value}"\n`,
  (secret, name, node) =>
    `unit__${name}:\n  node: ${node}\n  exec: /bin/sleep infinity\n  environment: { TOKEN: "\${${secret}}", PLAIN: a }\n`,
]
