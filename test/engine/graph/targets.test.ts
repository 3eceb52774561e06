import { expect, test } from 'vitest'
import { type Selection, selectServices } from '../../../src/engine/graph/targets.ts'
import { build, told } from './world.ts'

const { graph } = build(`node.ssh__n: { host: a }
node.ssh__m: { host: b }
engine__a: { node: n, $tags: [prod] }
engine__b: { node: m }
web__x: { node: n, store: a, $tags: [prod, front] }
`)

test.each<[string, Selection, string[]]>([
  ['an address with its producers', { targets: ['web/x'] }, ['engine/a', 'node/n', 'web/x']],
  ['the other spelling', { targets: ['engine!b'] }, ['engine/b', 'node/m']],
  ['a bare name', { targets: ['b'] }, ['engine/b', 'node/m']],
  ['a glob', { targets: ['engine/*'] }, ['engine/a', 'engine/b', 'node/m', 'node/n']],
  ['a tag', { tags: ['prod'] }, ['engine/a', 'node/n', 'web/x']],
  ['all but one and what needs it', { exclude: ['engine/a'] }, ['engine/b', 'node/local', 'node/m', 'node/n']],
  ['targets but for some', { targets: ['*'], exclude: ['node/n', 'node/local'] }, ['engine/b', 'node/m']],
  ['an orphan', { targets: ['old/o'], orphans: ['old/o' as never] }, ['old/o']],
])('%s', (_what, selection, expected) => {
  const { selected, problems } = selectServices(graph, selection)
  expect(problems).toEqual([])
  expect([...(selected ?? [])].sort()).toEqual(expected)
})

test('nothing asked is everything', () => {
  expect(selectServices(graph, {}).selected).toBeUndefined()
})

test('what matches nothing is told with what may be meant', () => {
  const { problems } = selectServices(graph, { targets: ['engien/a', 'zzzzzz*'], exclude: ['engine/c'], tags: ['prd'] })
  expect(told(problems)).toEqual([
    'TARGET_UNKNOWN undefined:undefined --target engien/a matches no service. [Did you mean engine/a?]',
    'TARGET_UNKNOWN undefined:undefined --target zzzzzz* matches no service. [`ays status` lists the services.]',
    'TARGET_UNKNOWN undefined:undefined --tag prd matches no service. [Did you mean prod?]',
    'TARGET_UNKNOWN undefined:undefined --exclude engine/c matches no service. [Did you mean engine/a?]',
  ])
})
