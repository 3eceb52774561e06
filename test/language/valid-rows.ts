/** Blueprints that are right, with the data of services that they give: each row of the language page. */
import type { World } from './world.ts'

/** A rule, the blueprint, what it gives, and the world around it. */
export type Row = readonly [rule: string, text: string, data: Readonly<Record<string, unknown>>, world?: World]

const N1 = 'node.sim__n1:\n'
const untitled = { title: 'untitled' }

export const rows: readonly Row[] = [
  // §1 a file
  ['an empty file declares nothing', '', {}],
  ['a file of comments declares nothing', '# nothing\n', {}],
  ['documents of one file are one graph', 'app__a:\n  store: d\n---\ndb__d:\n', { 'db/d': { size: 'm' } }],
  ['the order of keys does not matter', 'app__a:\n  store: d\ndb__d:\n', { 'app/a': untitled }],
  [
    'files are one graph',
    'app__a:\n  store: d\n',
    { 'db/d': { size: 'm' } },
    { files: { 'blueprints/b.txt': 'db__d:\n' } },
  ],
  ['any extension is a blueprint', '', { 'db/d': { size: 'm' } }, { files: { 'blueprints/other': 'db__d:\n' } }],
  ['a leading _ disables a file', 'db__d:\n', { 'db/e': undefined }, { files: { 'blueprints/_off.yaml': 'db__e:\n' } }],
  ['a hidden file is none', 'db__d:\n', { 'db/e': undefined }, { files: { 'blueprints/.b.yaml.swp': 'db__e: [\n' } }],
  [
    'a folder in blueprints/ is not read',
    'db__d:\n',
    { 'db/e': undefined },
    { files: { 'blueprints/sub/e.yaml': 'db__e: [\n' } },
  ],
  ['a key is split at the first __', 'sshkey__a__b:\n', { 'sshkey/a__b': {} }],
  ['a byte order mark is no part of a file', '\uFEFFdb__d:\n', { 'db/d': { size: 'm' } }],
  ['Windows ends of lines are ends of lines', 'db__d:\r\n  size: l\r\n', { 'db/d': { size: 'l' } }],
  ['JSON is YAML', '{"db__d": {"size": "l"}}', { 'db/d': { size: 'l' } }],
  // 0-robot
  [
    'services: is a list of one-key maps',
    'services:\n  - db__d:\n      size: l\n  - app__a:\n      store: d\n',
    { 'db/d': { size: 'l' }, 'app/a': untitled },
  ],
  [
    'a template may be named by its UID',
    'services:\n  - github.com/org/repo/db/0.0.1__d:\n      size: l\n',
    { 'db/d': { size: 'l' } },
  ],
  ['a UID counts in the dialect of AYS too', 'github.com/org/repo/db/0.0.1__d:\n', { 'db/d': { size: 'm' } }],
  ['an item of services: may be empty below', 'services:\n  - db__d:\n', { 'db/d': { size: 'm' } }],
  ['an empty services: declares nothing', 'services:\n', {}],
  // §2 role and address
  ['the role ends at the first dot', 'db.big__b:\n', { 'db/b': {} }],
  ['an address has a role with dots cut off', `${N1}os.ssh.ubuntu__o:\n  node: n1\n`, { 'os/o': {} }],
  ['a link takes role/name', 'app__a:\n  store: db/d\ndb__d:\n', { 'app/a': untitled }],
  ['a link takes role!name', 'app__a:\n  store: db!d\ndb__d:\n', { 'app/a': untitled }],
  ['a link takes template!name', 'app__a:\n  store: db.big!d\ndb.big__d:\n', { 'app/a': untitled }],
  // names
  ['a name may have - _ and .', 'db__a-b_c.d:\n', { 'db/a-b_c.d': { size: 'm' } }],
  ['a name may be letters of any script', 'db__größe:\n', { 'db/größe': { size: 'm' } }],
  ['a name may be a number', 'db__1:\napp__a:\n  store: 1\n', { 'db/1': { size: 'm' } }],
  // keys
  ['a.b is aB', 'app__a:\n  max.memory: 1g\n', { 'app/a': { maxMemory: '1g' } }],
  ['a_b is aB', 'app__a:\n  max_memory: 1g\n', { 'app/a': { maxMemory: '1g' } }],
  ['aB is aB', 'app__a:\n  maxMemory: 1g\n', { 'app/a': { maxMemory: '1g' } }],
  [
    'nested keys are left alone',
    'app__a:\n  labels: { a_b: x, a.b: y }\n',
    { 'app/a': { labels: { a_b: 'x', 'a.b': 'y' } } },
  ],
  // empty block
  ['an empty block is a service with defaults', 'app__a:\n', { 'app/a': untitled }],
  ['an empty map is a service with defaults', 'app__a: {}\n', { 'app/a': untitled }],
  ['~ is a service with defaults', 'app__a: ~\n', { 'app/a': untitled }],
  ['a block of comments is a service with defaults', 'app__a:\n  # nothing\n', { 'app/a': untitled }],
  // YAML 1.1
  ...['yes', 'Yes', 'YES', 'on', 'On', 'true', 'TRUE'].map(
    (word): Row => [`${word} is true`, `app__a:\n  enabled: ${word}\n`, { 'app/a': { enabled: true } }],
  ),
  ...['no', 'No', 'off', 'OFF', 'false', 'False'].map(
    (word): Row => [`${word} is false`, `app__a:\n  enabled: ${word}\n`, { 'app/a': { enabled: false } }],
  ),
  ['010 is 8', 'app__a:\n  count: 010\n', { 'app/a': { count: 8 } }],
  ['0x0a is 10', 'app__a:\n  count: 0x0a\n', { 'app/a': { count: 10 } }],
  ['0b11 is 3', 'app__a:\n  count: 0b11\n', { 'app/a': { count: 3 } }],
  ['1_000 is 1000', 'app__a:\n  ports: [1_000]\n', { 'app/a': { ports: [1000] } }],
  ['22:22 stays text', 'app__a:\n  title: 22:22\n', { 'app/a': { title: '22:22' } }],
  ['1:30:00 stays text', 'app__a:\n  any: 1:30:00\n', { 'app/a': { any: '1:30:00' } }],
  ['a date stays text', 'app__a:\n  any: 2020-01-02\n', { 'app/a': { any: '2020-01-02' } }],
  ['y stays text', 'app__a:\n  any: y\n', { 'app/a': { any: 'y' } }],
  ['08 stays text', 'app__a:\n  any: 08\n', { 'app/a': { any: '08' } }],
  ['quotes make text', 'app__a:\n  title: "yes"\n', { 'app/a': { title: 'yes' } }],
  [
    'a long number stays exact as text',
    'app__a:\n  any: 12345678901234567890\n',
    { 'app/a': { any: '12345678901234567890' } },
  ],
  ['!!str makes text', 'app__a:\n  title: !!str 5\n', { 'app/a': { title: '5' } }],
  ['!!int reads a quoted number', 'app__a:\n  count: !!int "5"\n', { 'app/a': { count: 5 } }],
  [
    'an alias stands for its anchor',
    'app__a:\n  labels: &l { a: x }\napp__b:\n  labels: *l\n',
    { 'app/b': { labels: { a: 'x' } } },
  ],
  [
    '<< merges a map',
    'app__a: &x\n  title: t\n  count: 2\napp__b:\n  <<: *x\n  count: 3\n',
    { 'app/b': { title: 't', count: 3 } },
  ],
  ['a block keeps its lines', 'app__a:\n  title: |\n    a\n    b\n', { 'app/a': { title: 'a\nb\n' } }],
  // duplicate keys and unknown fields under --legacy
  [
    '--legacy takes the last of two keys',
    'db__d:\n  size: s\n  size: l\n',
    { 'db/d': { size: 'l' } },
    { legacy: true },
  ],
  [
    '--legacy takes the last of two services of one key',
    'db__d:\n  size: s\ndb__d:\n  size: l\n',
    { 'db/d': { size: 'l' } },
    { legacy: true },
  ],
  ['--legacy leaves an unknown field out', 'db__d:\n  sizes: s\n', { 'db/d': { size: 'm' } }, { legacy: true }],
  // types
  ['a float fits a number', 'app__a:\n  ratio: 0.5\n', { 'app/a': { ratio: 0.5 } }],
  ['a whole number fits a number', 'app__a:\n  ratio: 1\n', { 'app/a': { ratio: 1 } }],
  ['1.0 fits an int', 'app__a:\n  count: 1.0\n', { 'app/a': { count: 1 } }],
  ['an enum is given as text', 'app__a:\n  level: high\n', { 'app/a': { level: 'high' } }],
  ['a list of ints', 'app__a:\n  ports: [1, 2]\n', { 'app/a': { ports: [1, 2] } }],
  ['a struct', 'app__a:\n  owner: { name: x, id: 3 }\n', { 'app/a': { owner: { name: 'x', id: 3 } } }],
  ['a map of texts', 'app__a:\n  labels: { a: x }\n', { 'app/a': { labels: { a: 'x' } } }],
  ['a default comes from the schema', 'db__d: {}\n', { 'db/d': { size: 'm' } }],
  // derived
  ['node.physical declares its os', 'node.physical__p:\n  ip.public: 10.0.0.1\n', { 'os/p': {} }],
  [
    'what is declared takes the place of what is derived',
    'bundle__b:\ndb__b:\n  size: xl\n',
    { 'db/b': { size: 'xl' } },
  ],
  ['what is derived can be linked', 'bundle__b:\napp__a:\n  store: b\n', { 'app/a': untitled }],
  ['what is derived reads the data', 'bundle__b:\n  size: s\n', { 'db/b': { size: 's' } }],
  ['an auto link makes what is missing', 'helped__h:\n', { 'helper/auto_helper': {}, 'db/auto_db': {} }],
  // §3 $each
  [
    '$each: a number counts from 0',
    'db__d:\n  $each: 2\n',
    { 'db/d-0': { size: 'm' }, 'db/d-1': { size: 'm' }, 'db/d-2': undefined },
  ],
  ['$each: 0 is none', 'db__d:\n  $each: 0\n', { 'db/d-0': undefined }],
  [
    '$each: a list of texts names by these',
    'db__d:\n  $each: [a, b]\n  size: ${each.value}\n',
    { 'db/d-a': { size: 'a' }, 'db/d-b': { size: 'b' } },
  ],
  [
    '$each: a map goes by its keys',
    'db__d:\n  $each: { x: s, y: l }\n  size: ${each.key}${each.value}\n',
    { 'db/d-x': { size: 'xs' }, 'db/d-y': { size: 'yl' } },
  ],
  [
    '$each: a list of maps goes by positions',
    'db__d:\n  $each: [{ s: a }]\n  size: ${each.value.s}\n',
    { 'db/d-0': { size: 'a' } },
  ],
  [
    '$each: may read vars',
    'db__d:\n  $each: ${vars.n}\n',
    { 'db/d-1': { size: 'm' } },
    { settings: 'vars: { n: { default: 2 } }\n' },
  ],
  [
    '$each: may read declared data',
    'app__a:\n  words: [x]\ndb__d:\n  $each: ${services["app/a"].words}\n',
    { 'db/d-x': { size: 'm' } },
  ],
  // $if
  ['$if: true', 'db__d:\n  $if: true\n', { 'db/d': { size: 'm' } }],
  ['$if: false', 'db__d:\n  $if: false\n', { 'db/d': undefined }],
  [
    '$if: is CEL without ${',
    'db__d:\n  $if: vars.size != "small"\n',
    { 'db/d': undefined },
    { settings: 'vars: { size: { default: small } }\n' },
  ],
  [
    '$if: may stand in ${ too',
    'db__d:\n  $if: ${vars.on}\n',
    { 'db/d': { size: 'm' } },
    { settings: 'vars: { on: { default: true } }\n' },
  ],
  [
    '$if: per item of $each',
    'db__d:\n  $each: 3\n  $if: each.key != 1\n',
    { 'db/d-0': { size: 'm' }, 'db/d-1': undefined, 'db/d-2': { size: 'm' } },
  ],
  [
    '$if: may read declared data',
    'app__a:\n  enabled: no\ndb__d:\n  $if: services["app!a"].enabled\n',
    { 'db/d': undefined },
  ],
  ['matches() in $if', 'db__d:\n  $if: \'"web-1".matches("^web-[0-9]+$")\'\n', { 'db/d': { size: 'm' } }],
  // expressions
  ['an expression alone keeps its type', 'app__a:\n  count: ${1 + 2}\n', { 'app/a': { count: 3 } }],
  ['an expression in text becomes text', 'app__a:\n  title: n${1 + 2}\n', { 'app/a': { title: 'n3' } }],
  ['$${ is a literal ${', 'app__a:\n  title: $${x}\n', { 'app/a': { title: '${x}' } }],
  ['braces and quotes inside are followed', 'app__a:\n  title: \'${ {"a": "}"}.a }\'\n', { 'app/a': { title: '}' } }],
  ['services[…] reads a name', `${N1}app__a:\n  title: \${services["node!n1"].name}\n`, { 'app/a': { title: 'n1' } }],
  [
    'services[…] reads declared data',
    'db__d:\n  size: xl\napp__a:\n  title: ${services["db/d"].size}\n',
    { 'app/a': { title: 'xl' } },
  ],
  ['services[…] reads a default', 'db__d:\napp__a:\n  title: ${services["db/d"].size}\n', { 'app/a': { title: 'm' } }],
  [
    'services[…] reads an output',
    'maker__m:\napp__a:\n  title: ${services["maker/m"].token}\n',
    { 'app/a': { title: 'made' } },
  ],
  [
    'a secret stays one',
    'app__a:\n  password: ${secrets.p}\n',
    { 'app/a': { password: 'secret:geheim' } },
    { settings: 'secrets: { p: { file: p.txt } }\n', files: { 'p.txt': 'geheim\n' } },
  ],
  [
    'what touched a secret is one',
    'app__a:\n  password: x${secrets.p}\n',
    { 'app/a': { password: 'secret:xgeheim' } },
    { settings: 'secrets: { p: { file: p.txt } }\n', files: { 'p.txt': 'geheim\n' } },
  ],
  [
    'file(…) reads a text file',
    'app__a:\n  title: ${file("files/x.conf")}\n',
    { 'app/a': { title: 'hello\n' } },
    { files: { 'files/x.conf': 'hello\n' } },
  ],
  ['a link may be an expression', `${N1}app__a:\n  node: \${services["node/n1"].name}\n`, { 'app/a': untitled }],
  // vars
  [
    'a default is a value',
    'app__a:\n  title: ${vars.t}\n',
    { 'app/a': { title: 'x' } },
    { settings: 'vars: { t: { default: x } }\n' },
  ],
  [
    'the file of the environment wins over the default',
    'app__a:\n  title: ${vars.t}\n',
    { 'app/a': { title: 'y' } },
    { settings: 'vars: { t: { default: x } }\n', files: { 'vars/prod.yaml': 't: y\n' }, environment: 'prod' },
  ],
  [
    '--var wins over the file',
    'app__a:\n  title: ${vars.t}\n',
    { 'app/a': { title: 'z' } },
    {
      settings: 'vars: { t: { default: x } }\n',
      files: { 'vars/prod.yaml': 't: y\n' },
      environment: 'prod',
      vars: { t: 'z' },
    },
  ],
  [
    '--var is read as its type',
    'app__a:\n  count: ${vars.n}\n',
    { 'app/a': { count: 7 } },
    { settings: 'vars: { n: { type: integer } }\n', vars: { n: '7' } },
  ],
]
