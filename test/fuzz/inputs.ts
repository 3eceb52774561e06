/** What is thrown at the reader: text, blueprints of every shape, and mutations of real ones. Equal seeds give equal inputs. */
import fc from 'fast-check'
import { rows as mistakes } from '../language/mistakes-rows.ts'
import { rows as valid } from '../language/valid-rows.ts'
import { compositions, seeds } from './seeds.ts'

/** One workspace on paper. */
export interface Input {
  readonly blueprint: string
  readonly settings: string
  /** templates/site/template.yaml. */
  readonly template: string
  /** templates/old/schema.capnp and config.yaml. */
  readonly schema: string
  readonly config: string
  readonly legacy: boolean
}

/** The `index`-th input of a seed. */
export function inputOf(seed: number, index: number): Input {
  const [input] = fc.sample(inputs, { seed: (seed + Math.imul(index, 0x9e37_79b1)) | 0, numRuns: 1 })
  if (!input) throw new Error('fast-check gave no input')
  return input
}

const snippets = [...new Set([...valid, ...mistakes].map(([, text]) => text)), ...seeds.blueprints]
const settings = [
  ...new Set([...valid, ...mistakes].flatMap(([, , , world]) => world?.settings ?? [])),
  ...seeds.settings,
]

/** Pieces that mean something to the reader. */
const WORDS = [
  ...['node', 'app', 'db', 'db.big', 'needy', 'child', 'helped', 'bundle', 'maker', 'site', 'old', 'file', 'node.sim'],
  ...[
    '__',
    'a',
    'b',
    'n1',
    ':',
    ': ',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '#',
    ' #',
    '"',
    "'",
    '|',
    '>',
    '&x',
    '*x',
    '<<: ',
    '!!',
  ],
  ...[
    '!!int ',
    '!!python/object ',
    '---\n',
    '...\n',
    '%TAG ! tag:x,2000:\n',
    '[',
    ']',
    '{',
    '}',
    ',',
    '? ',
    '~',
    '\t',
    '\r\n',
    '\uFEFF',
    '\0',
    'é',
    '😀',
    '\u2028',
  ],
  ...[
    '$each: ',
    '$if: ',
    '$after: ',
    '$moved: ',
    '$tags: ',
    '$retries: ',
    '$ignore: ',
    '$protect: ',
    '$timeout: ',
    '$heal: ',
  ],
  ...[
    '${',
    '}',
    '$${',
    'vars.',
    'env.',
    'secrets.p',
    'each.key',
    'each.value',
    'services["db/d"]',
    '.size',
    'file("x")',
    'data.',
    'name',
    'parent',
    'links',
  ],
  ...[
    '.matches("(a+)+$")',
    '.map(x, x)',
    '.filter(x, true)',
    '.all(x, x)',
    'cel.bind(a, 1, a)',
    ' + ',
    ' ? 1 : 2',
    ' && ',
    ' == ',
    '!',
    '-',
  ],
  ...[
    'actions:\n',
    'action: ',
    'actor: ',
    'service: ',
    'recurring: ',
    'force: ',
    'args: ',
    'services:\n',
    'outputs:\n',
    'eventfilters:\n',
  ],
  ...[
    'title: ',
    'count: ',
    'ratio: ',
    'enabled: ',
    'level: ',
    'ports: ',
    'owner: ',
    'labels: ',
    'any: ',
    'password: ',
    'store: ',
    'parent: ',
  ],
  ...[
    'yes',
    'no',
    '010',
    '0x1F',
    '1_000',
    '22:22',
    '1e999',
    '-0',
    '.inf',
    '9007199254740993',
    '2020-01-02',
    'null',
    '__proto__',
    'constructor',
    'toString',
  ],
]

const word = fc.constantFrom(...WORDS)
const soup = fc
  .array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 60 })
  .map((parts) => parts.join(''))

const scalar = fc.oneof(
  fc.constantFrom(...WORDS.filter((one) => /^[\w.${}"[\]/]+$/.test(one))),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    '${services["db/d"].size}',
    '${vars.n}',
    '${each.value}',
    '${secrets.p}',
    'x${1 + 1}',
    '${env.HOME}',
    '${services["maker/m"].token}',
    '${[1, 2].map(x, x)}',
  ),
)
const FIELDS = [
  'title',
  'count',
  'ratio',
  'enabled',
  'level',
  'ports',
  'owner',
  'labels',
  'any',
  'password',
  'store',
  'node',
  'parent',
  'max.memory',
  'max_memory',
  'size',
  '$each',
  '$if',
  '$after',
  '$tags',
  '$moved',
  '$ignore',
  '$retries',
  '$timeout',
  'nope',
]
const { value } = fc.letrec<{ value: unknown; list: unknown; map: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.constantFrom(...FIELDS, 'name', 'id', 'a'), tie('value'), { maxKeys: 4 }),
}))
const serviceKey = fc
  .tuple(
    fc.constantFrom(
      'app',
      'db',
      'db.big',
      'needy',
      'child',
      'helped',
      'bundle',
      'maker',
      'future',
      'site',
      'old',
      'node.sim',
      'file',
      'nope',
    ),
    fc.constantFrom('a', 'b', 'd', 'm', 'n1', 'a__b', '1', 'ü'),
  )
  .map(([template, name]) => `${template}__${name}`)
const service = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 6 })
/** JSON is YAML. */
const structure = fc
  .record({ services: fc.dictionary(serviceKey, fc.oneof(service, value), { maxKeys: 8 }), actions: fc.option(value) })
  .map(({ services, actions }) => JSON.stringify(actions === null ? services : { ...services, actions }, null, 2))

/** Words of CEL in any order; now and then they make sense. */
const cel = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'vars.l',
        'vars.n',
        '"a"',
        '1',
        '2.5',
        '[1, 2, 3]',
        '{"a": 1}',
        'true',
        'null',
        'x',
        'each.key',
        'secrets.p',
        'b"a"',
        '9223372036854775807',
      ),
      fc.constantFrom(
        ' + ',
        ' - ',
        ' * ',
        ' / ',
        ' % ',
        ' == ',
        ' < ',
        ' in ',
        ' && ',
        ' || ',
        ' ? ',
        ' : ',
        '!',
        '(',
        ')',
        ', ',
        '[',
        ']',
        '[0]',
        '.a',
        '}',
        '"',
      ),
      fc.constantFrom(
        '.map(x, ',
        '.filter(x, ',
        '.all(x, ',
        '.exists(x, ',
        '.exists_one(x, ',
        'cel.bind(x, ',
        'size(',
        'string(',
        'int(',
        'has(',
        'type(',
        'file("x")',
      ),
      fc.constantFrom(
        '.matches("(a+)+$")',
        '.split("")',
        '.join(",")',
        '.size()',
        '.contains("a")',
        '.substring(1)',
        'timestamp("2020-01-01T00:00:00Z")',
        'duration("1h")',
        'services["db/d"].size',
      ),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''))
/** Nested as deep as one likes: what is inside is done as often as what is around. */
const loops = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom('map', 'filter', 'all', 'exists'), cel)
  .map(([depth, loop, inner]) => `${`vars.many.${loop}(x, `.repeat(depth)}${inner}${')'.repeat(depth)}`)
const expression = fc
  .tuple(fc.constantFrom('title', 'count', 'any', '$if', '$each'), fc.oneof({ weight: 4, arbitrary: cel }, loops))
  .map(([field, source]) => `db__d:\nmaker__m:\napp__a:\n  ${field}: ${JSON.stringify(`\${${source}}`)}\n`)

type Edit = readonly [kind: number, at: number, length: number, text: string]
const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.nat(5),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(12),
  fc.oneof(word, fc.string({ maxLength: 4 })),
)

function mutated(from: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...from), fc.constantFrom(...from), fc.array(edit, { maxLength: 8 }))
    .map(([text, other, edits]) => edits.reduce((now, one) => edited(now, one, other), text))
}

function edited(text: string, [kind, where, length, piece]: Edit, other: string): string {
  const at = Math.floor(where * text.length)
  const lines = text.split('\n')
  const line = Math.floor(where * lines.length)
  switch (kind) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(at + length)
    case 2:
      return text.slice(0, at) + piece + text.slice(at + length)
    case 3:
      return [...lines.slice(0, line), lines[line] ?? '', ...lines.slice(line)].join('\n')
    case 4:
      return lines.map((one, i) => (i === line ? ' '.repeat(length % 5) + one.trimStart() : one)).join('\n')
    default:
      return text.slice(0, at) + other
  }
}

/** Mostly as it is: a broken ays.yaml leaves little to read. */
const mostly = (usual: string, from: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: mutated(from) },
    { weight: 1, arbitrary: soup },
  )

const inputs: fc.Arbitrary<Input> = fc.record({
  blueprint: fc.oneof(
    { weight: 5, arbitrary: mutated(snippets) },
    { weight: 3, arbitrary: structure },
    { weight: 2, arbitrary: soup },
    { weight: 3, arbitrary: expression },
    { weight: 2, arbitrary: fc.tuple(mutated(snippets), mutated(snippets)).map((both) => both.join('\n')) },
  ),
  settings: mostly(
    `vars: { n: { default: 2 }, size: { default: small }, l: { default: [1, 2] }, many: { default: [${'1,'.repeat(499)}1] } }\nenv: [HOME]\n`,
    settings,
  ),
  template: mostly(compositions[0] ?? '', compositions),
  schema: mostly(seeds.schema, [seeds.schema]),
  config: mostly(seeds.config, [seeds.config]),
  legacy: fc.boolean(),
})
