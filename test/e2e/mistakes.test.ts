/** Ten different mistakes in three files are told in one go, and nothing is contacted for it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lacksProgram, openWorld } from './world.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

const mistakes = [
  'blueprints/a-nodes.yaml:3:3 FIELD_UNKNOWN ^^^^',
  'blueprints/a-nodes.yaml:6:9 FIELD_TYPE ^^^^^^',
  'blueprints/a-nodes.yaml:7:1 TEMPLATE_UNKNOWN ^^^^^^^',
  'blueprints/b-files.yaml:4:14 VAR_UNKNOWN ^^^^^^^^^^^^',
  'blueprints/b-files.yaml:6:9 LINK_UNKNOWN ^^',
  'blueprints/b-files.yaml:9:3 STEER_UNKNOWN ^^^^^^^',
  'blueprints/b-files.yaml:10:1 FIELD_MISSING ^^^^^^^',
  'blueprints/c-circle.yaml:5:12 LINK_CYCLE ^^^^^^',
  'blueprints/c-circle.yaml:12:1 KEY_DUPLICATE ^^^^^^^',
  'blueprints/c-circle.yaml:13:1 TOP_KEY ^^^^^',
]

test.each(['validate', 'plan', 'apply'])(
  'ays %s tells ten mistakes of three files with place, caret and hint',
  async (command) => {
    const stubs = mkdtempSync(join(tmpdir(), 'ays-ssh-'))
    onTestFinished(() => rmSync(stubs, { recursive: true }))
    for (const program of ['ssh', 'nsenter', 'sh', 'bash']) {
      writeFileSync(join(stubs, program), `#!/bin/sh\ntouch '${stubs}/contacted'\nexit 255\n`, { mode: 0o755 })
    }
    const world = openWorld({ env: { PATH: `${stubs}:${process.env.PATH}` } })
    world.write(
      'blueprints/a-nodes.yaml',
      `node__n1:
  host: 127.0.0.1
  prot: 22
node__n2:
  host: 127.0.0.1
  port: twenty
nod__n3:
  host: 127.0.0.1
`,
    )
    world.write(
      'blueprints/b-files.yaml',
      `file__a:
  node: n1
  path: /tmp/a
  content: \${vars.nothing}
file__b:
  node: n9
  path: /tmp/b
  content: b
  $prtect: true
file__c:
  node: n1
  content: c
`,
    )
    world.write(
      'blueprints/c-circle.yaml',
      `file__d:
  node: n1
  path: /tmp/d
  content: d
  $after: [file/e]
file__e:
  node: n1
  path: /tmp/e
  content: e
  $after: [file/d]
user__u: {node: n1}
user__u: {node: n1}
stray: yes
`,
    )
    const result = await world.ays(command, ...(command === 'apply' ? ['--yes'] : []))
    const told = result.stderr.split(/^error /m).slice(1)
    expect(told.map(placeCodeCaret)).toEqual(mistakes)
    for (const one of told) expect(one).toMatch(/^ {2}→ \S/m)
    expect(result.code).toBe(1)
    expect(existsSync(join(stubs, 'contacted'))).toBe(false)
    expect(existsSync(join(world.folder, '.ays'))).toBe(false)
  },
)

function placeCodeCaret(problem: string): string {
  const [, code, place] = /^(\w+) +(\S+)/.exec(problem) ?? []
  const caret = /│ +(\^+)$/m.exec(problem)?.[1]
  return `${place} ${code} ${caret}`
}
