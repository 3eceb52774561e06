import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { meetsRange } from '../../../src/engine/blueprint/version-range.ts'
import { readWorkspaceFile } from '../../../src/engine/blueprint/workspace-file.ts'
import { tell } from './given.ts'

const read = (text: string) => {
  const { workspace, problems } = readWorkspaceFile({ path: 'ays.yaml', text })
  return { workspace, problems, told: problems.map(tell) }
}

describe('ays.yaml', () => {
  test('is read with types, defaults and durations', () => {
    const { workspace, told } = read(
      `workspace: 0d3f3a3e-55a4-4c5b-9f2e-0a6f8a7a9b10
ays: ">=1.2 <2"
vars:
  memory: {type: int, default: 4, description: per machine}
  size: {default: small}
  zones: {type: list, default: [a]}
  free:
env: [HOME]
limits: {parallel: 20, perNode: 2, timeout: 5m}
waves: [{tags: [canary], pause: 1h}]
secrets: {admin: {env: ADMIN_PW}, tls: {file: tls.key}}
retries: "5,10"
prune: yes
watch: {apply: safe, every: 60}
templates: {vm: 1.4.2}
`.replace('  free:\n', '  free: {}\n'),
    )
    expect(told).toEqual([])
    expect(workspace).toMatchObject({
      workspace: '0d3f3a3e-55a4-4c5b-9f2e-0a6f8a7a9b10',
      ays: '>=1.2 <2',
      vars: {
        memory: { type: 'integer', default: 4, description: 'per machine', at: { line: 4, column: 3 } },
        size: { type: 'string', default: 'small' },
        zones: { type: 'list', default: ['a'] },
        free: { type: 'string' },
      },
      env: ['HOME'],
      limits: { parallel: 20, perNode: 2, timeoutMs: 300_000 },
      waves: [{ tags: ['canary'], targets: [], pauseMs: 3_600_000 }],
      secrets: { admin: { env: 'ADMIN_PW' }, tls: { file: 'tls.key' } },
      retriesMs: [5_000, 10_000],
      prune: true,
      watch: { apply: 'safe', everyMs: 60_000, hooks: [] },
      templates: { vm: '1.4.2' },
    })
    expect(workspace.places['limits.parallel']).toMatchObject({ line: 9, column: 20 })
  })

  test('an empty one has defaults', () => {
    expect(read('')).toMatchObject({
      told: [],
      workspace: { vars: {}, env: [], prune: false, watch: { apply: 'never', hooks: [] }, retriesMs: undefined },
    })
  })

  test.each([
    ['limts: {}', 'ays.yaml:1:1', 'Did you mean limits?'],
    ['limits: {paralel: 3}', 'ays.yaml:1:10', 'Did you mean parallel?'],
    ['limits: {parallel: 0}', 'ays.yaml:1:20', undefined],
    ['limits: {timeout: soon}', 'ays.yaml:1:19', undefined],
    ['limits: 3', 'ays.yaml:1:9', undefined],
    ['watch: {apply: saef}', 'ays.yaml:1:16', 'Did you mean safe?'],
    ['workspace: me', 'ays.yaml:1:12', undefined],
    ['ays: newest', 'ays.yaml:1:6', undefined],
    ['env: HOME', 'ays.yaml:1:6', undefined],
    ['vars: {1a: {}}', 'ays.yaml:1:8', 'Use letters, digits and _, not beginning with a digit.'],
    ['vars: {a: {type: txt}}', 'ays.yaml:1:18', 'Did you mean text?'],
    ['vars: {a: {type: int, default: x}}', 'ays.yaml:1:32', undefined],
    ['vars: {a: {defalt: x}}', 'ays.yaml:1:12', 'Did you mean default?'],
    ['secrets: {a: {env: X, file: y}}', 'ays.yaml:1:14', undefined],
    ['prune: maybe', 'ays.yaml:1:8', undefined],
    ['- a', 'ays.yaml:1:1', undefined],
  ])('%s is a mistake at %s', (text, at, hint) => {
    const { problems } = read(text)
    expect(problems.map((one) => [tell(one), one.hint])).toEqual([[`${at} WORKSPACE_INVALID`, hint]])
  })

  test('a mistake leaves the rest of the file in force', () => {
    const { workspace, told } = read('limts: {}\nenv: [HOME]\nvars: {a: {default: 1}}\n')
    expect(told).toHaveLength(1)
    expect(workspace).toMatchObject({ env: ['HOME'], vars: { a: { default: 1 } } })
  })

  test('any text is read without throwing', () => {
    const piece = fc.constantFrom(
      'vars: ',
      'env: ',
      'limits: ',
      'watch: ',
      '\n',
      '  ',
      'a: ',
      '{',
      '}',
      '[',
      ']',
      '1',
      'x',
      ': ',
      '- ',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
        ),
        (text) => {
          read(text)
        },
      ),
      { numRuns: 300 },
    )
  })
})

test.each([
  ['1.2.0', '>=1.2', true],
  ['1.1.9', '>=1.2', false],
  ['2.0.0', '>=1.2 <2', false],
  ['1.9.9', '>= 1.2 < 2', true],
  ['1.4.2', '1.4', true],
  ['1.5.0', '=1.4', false],
  ['1.5.0', '^1.4', true],
  ['2.0.0', '^1.4', false],
  ['0.2.0', '^0.1', false],
  ['1.4.9', '~1.4.2', true],
  ['1.5.0', '~1.4', false],
  ['1.10.0', '>1.9', true],
])('version %s in %s: %s', (version, range, meets) => {
  expect(meetsRange(version, range)).toBe(meets)
})
