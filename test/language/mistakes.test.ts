/** What is wrong in a blueprint, by code and place: each row of the language page that can be broken. */
import { describe, expect, test } from 'vitest'
import { readWorld, type World } from './world.ts'

type Row = readonly [rule: string, text: string, told: readonly string[], world?: World]

const N2 = 'node.sim__n1:\nnode.sim__n2:\n'
const VARS = { settings: 'vars: { size: { default: small } }\nenv: [AYS_TEST_UNSET]\n' }

const rows: readonly Row[] = [
  // §1 and §5: the file
  ['text is no blueprint', 'hello\n', ['TOP_KEY 1:1']],
  ['a list is no blueprint', '- a\n', ['TOP_KEY 1:1']],
  ['a key without __', 'node_n1:\n', ['TOP_KEY 1:1']],
  ['a $ key at the top', '$each: 3\n', ['TOP_KEY 1:1']],
  ['eventfilters is warned about', 'eventfilters: []\n', ['warning EVENTFILTERS 1:1']],
  ['a block that is text', 'db__d: hello\n', ['FIELD_TYPE 1:8']],
  ['a block that is a list', 'db__d:\n  - a\n', ['FIELD_TYPE 2:3']],
  ['tabs', 'db__d:\n\tsize: m\n', ['YAML_SYNTAX 2:1']],
  ['an open bracket', 'db__d:\n  size: [m\n', ['YAML_SYNTAX 3:1']],
  ['a second ": " on a line', 'db__d:\n  size: a: b\n', ['YAML_SYNTAX 2:9']],
  ['an unclosed quote', 'db__d:\n  size: "m\n', ['YAML_SYNTAX 3:1']],
  ['an alias of nothing', 'db__d:\n  size: *x\n', ['YAML_ALIAS 2:9']],
  ['an alias inside its anchor', 'app__a:\n  any: &x [*x]\n', ['YAML_ALIAS 2:12']],
  ['<< of no map', 'app__a:\n  <<: 3\n', ['YAML_ALIAS 2:7']],
  ['a key that is a list', '? [a]\n: b\n', ['YAML_SYNTAX 1:3']],
  [
    'a broken file does not hide the mistakes of another',
    'db__d: [\n',
    ['YAML_SYNTAX 2:1', 'FIELD_UNKNOWN blueprints/x.yaml:2:3'],
    { files: { 'blueprints/x.yaml': 'db__e:\n  sizes: m\n' } },
  ],
  [
    'a link into a broken file is no mistake of its own',
    'db__d: [\n',
    ['YAML_SYNTAX 2:1'],
    { files: { 'blueprints/x.yaml': 'app__a:\n  store: d\n' } },
  ],
  [
    'mistakes come sorted by place',
    'app__a:\n  count: x\n  nope: 1\ndb__d:\n  size: 3\n',
    ['FIELD_TYPE 2:10', 'FIELD_UNKNOWN 3:3', 'FIELD_TYPE 5:9'],
  ],
  // 0-robot
  ['services: is no map', 'services:\n  db__d:\n', ['FIELD_TYPE 2:3']],
  ['an item of services: of two keys', 'services:\n  - db__d:\n    size: m\n', ['FIELD_TYPE 2:5']],
  ['an item of services: that is text', 'services:\n  - db__d\n', ['FIELD_TYPE 2:5']],
  ['an item of services: without __', 'services:\n  - db:\n', ['TOP_KEY 2:5']],
  // §2 role, address
  ['two templates of one role with one name', 'db__d:\ndb.big__d:\n', ['SERVICE_DUPLICATE 2:1']],
  [
    'one address in two files',
    'db__d:\n',
    ['SERVICE_DUPLICATE blueprints/x.yaml:1:1'],
    { files: { 'blueprints/x.yaml': 'db__d:\n' } },
  ],
  ['one address in two documents', 'db__d:\n---\ndb__d:\n', ['SERVICE_DUPLICATE 3:1']],
  ['a template that is none', 'dbb__d:\n', ['TEMPLATE_UNKNOWN 1:1']],
  ['a template that is not built yet', 'future__f:\n', ['warning TEMPLATE_UNBUILT 1:1']],
  // names
  ['a name with a space', '"db__a b":\n', ['NAME_INVALID 1:1']],
  ['a name with :', '"db__a:b":\n', ['NAME_INVALID 1:1']],
  ['a name of nothing', 'db__:\n', ['NAME_INVALID 1:1']],
  ['a name of punctuation', 'db__-.-:\n', ['NAME_INVALID 1:1']],
  ['a name with a slash', 'db__a/b:\n', ['NAME_INVALID 1:1']],
  ['no name of a template', '__d:\n', ['NAME_INVALID 1:1']],
  // keys
  ['two spellings: the dotted one wins', 'app__a:\n  maxMemory: 1\n  max.memory: 2g\n', ['warning KEY_SPELLINGS 2:3']],
  [
    'two spellings: underscores win over none',
    'app__a:\n  max_memory: 2g\n  maxMemory: 1\n',
    ['warning KEY_SPELLINGS 3:3'],
  ],
  // YAML 1.1
  ['!!python/object', 'app__a:\n  any: !!python/object:os.system x\n', ['YAML_TAG 2:8']],
  ['an unknown tag', 'app__a:\n  any: !thing x\n', ['YAML_TAG 2:8']],
  ['an unknown tag of a map', 'app__a: !thing\n  count: 1\n', ['YAML_TAG 1:9']],
  ['!!int that is none', 'app__a:\n  count: !!int x\n', ['YAML_TAG 2:16']],
  ['a bool where text is wanted', 'app__a:\n  title: yes\n', ['FIELD_TYPE 2:10']],
  ['a number where text is wanted', 'app__a:\n  title: 010\n', ['FIELD_TYPE 2:10']],
  // duplicate keys
  ['a key twice', 'db__d:\n  size: s\n  size: l\n', ['KEY_DUPLICATE 3:3']],
  ['a service twice', 'db__d:\ndb__d:\n', ['KEY_DUPLICATE 2:1']],
  ['a nested key twice', 'app__a:\n  labels:\n    x: a\n    x: b\n', ['KEY_DUPLICATE 4:5']],
  ['a key in a flow map twice', 'app__a: { count: 1, count: 2 }\n', ['KEY_DUPLICATE 1:21']],
  [
    'the second of two is looked into',
    'db__d:\n  size: s\ndb__d:\n  sizes: l\n',
    ['KEY_DUPLICATE 3:1', 'FIELD_UNKNOWN 4:3'],
  ],
  [
    'expressions in the second of two fields',
    'db__d:\n  size: s\n  size: ${vars.nope}\n',
    ['KEY_DUPLICATE 3:3', 'VAR_UNKNOWN 3:11'],
  ],
  ['--legacy: a key twice', 'db__d:\n  size: s\n  size: l\n', ['warning KEY_DUPLICATE 3:3'], { legacy: true }],
  // unknown fields
  ['an unknown field', 'db__d:\n  sizes: m\n', ['FIELD_UNKNOWN 2:3']],
  ['an unknown field of a struct', 'app__a:\n  owner: { name: x, nam: y }\n', ['FIELD_UNKNOWN 2:21']],
  ['--legacy: an unknown field', 'db__d:\n  sizes: m\n', ['warning FIELD_UNKNOWN 2:3'], { legacy: true }],
  // types
  ['text for an int', 'app__a:\n  count: many\n', ['FIELD_TYPE 2:10']],
  ['a quoted int', 'app__a:\n  count: "3"\n', ['FIELD_TYPE 2:10']],
  ['a float for an int', 'app__a:\n  count: 1.5\n', ['FIELD_TYPE 2:10']],
  ['an int below its range', 'app__a:\n  count: 0\n', ['FIELD_TYPE 2:10']],
  ['an int above its range', 'app__a:\n  count: 11\n', ['FIELD_TYPE 2:10']],
  ['nothing for an int', 'app__a:\n  count:\n', ['FIELD_TYPE 2:3']],
  ['a number above its range', 'app__a:\n  ratio: 1.5\n', ['FIELD_TYPE 2:10']],
  ['text for a bool', 'app__a:\n  enabled: maybe\n', ['FIELD_TYPE 2:12']],
  ['a word that is none of the enum', 'app__a:\n  level: hihg\n', ['FIELD_TYPE 2:10']],
  ['a scalar for a list', 'app__a:\n  ports: 80\n', ['FIELD_TYPE 2:10']],
  ['text in a list of ints', 'app__a:\n  ports: [80, x]\n', ['FIELD_TYPE 2:15']],
  ['a map for text', 'app__a:\n  title: { a: b }\n', ['FIELD_TYPE 2:10']],
  ['text for a struct', 'app__a:\n  owner: x\n', ['FIELD_TYPE 2:10']],
  ['a struct without what it needs', 'app__a:\n  owner: { id: 1 }\n', ['FIELD_MISSING 2:10']],
  ['a struct with a field of another type', 'app__a:\n  owner: { name: x, id: y }\n', ['FIELD_TYPE 2:25']],
  ['a field that is needed', `${N2}file__f:\n  node: n1\n  path: /x\n`, ['FIELD_MISSING 3:1']],
  [
    'a field that does not match its pattern',
    `${N2}file__f:\n  node: n1\n  path: x\n  content: x\n`,
    ['FIELD_TYPE 5:9'],
  ],
  // links
  ['a parent that is not there', `${N2}app__a:\n  node: n3\n`, ['LINK_UNKNOWN 4:9']],
  ['several candidates', `${N2}file__f:\n  path: /x\n  content: x\n`, ['LINK_AMBIGUOUS 3:1']],
  ['no candidate', 'file__f:\n  path: /x\n  content: x\n', ['LINK_MISSING 1:1']],
  ['a parent of another role', 'db__d:\nchild__c:\n  parent: d\n', ['LINK_ROLE 3:11']],
  ['two parents', `${N2}app__a:\n  node: [n1, n2]\n`, ['LINK_COUNT 4:9']],
  ['consumed that is not there', 'app__a:\n  store: d\n', ['LINK_UNKNOWN 2:10']],
  ['one of a list that is not there', 'db__d:\napp__a:\n  store: [d, e]\n', ['LINK_UNKNOWN 3:14']],
  ['more than max', 'db__d:\ndb__e:\ndb__f:\napp__a:\n  store: [d, e, f]\n', ['LINK_COUNT 5:10']],
  ['fewer than min', 'db__d:\nneedy__n:\n  store: d\n', ['LINK_COUNT 3:10']],
  ['none where min is two', 'db__d:\nneedy__n:\n', ['LINK_MISSING 2:1']],
  ['consumed of another template', 'db__d:\nhelped__h:\n  store: d\n', ['LINK_ROLE 3:10']],
  ['a map for a link', 'app__a:\n  store: { d: 1 }\n', ['FIELD_TYPE 2:10']],
  ['a bool for a link', 'app__a:\n  store: yes\n', ['FIELD_TYPE 2:10']],
  ['a link to what has no template', 'app__a:\n  node: n1\nnode.nope__n1:\n', ['TEMPLATE_UNKNOWN 3:1']],
  [
    'a circle of expressions',
    'db__a:\n  size: ${services["db/b"].size}\ndb__b:\n  size: ${services["db/a"].size}\n',
    ['LINK_CYCLE 2:11'],
  ],
  ['a circle of $after', 'db__a:\n  $after: db/b\ndb__b:\n  $after: db/a\n', ['LINK_CYCLE 2:11']],
  ['a service after itself', 'db__a:\n  $after: db/a\n', ['LINK_CYCLE 2:11']],
  ['$after of what is not there', 'db__a:\n  $after: [db/b]\n', ['LINK_UNKNOWN 2:12']],
  [
    'a second one of an unknown template',
    'bundle__b:\nbundle.x__b:\n',
    ['SERVICE_DUPLICATE 2:1', 'TEMPLATE_UNKNOWN 2:1'],
  ],
  // actions and selectors
  ['actions: that is text', 'actions: install\n', ['FIELD_TYPE 1:10']],
  ['an entry without an action', 'actions:\n  - actor: db\n', ['FIELD_MISSING 2:5']],
  ['an unknown key of an entry', 'actions:\n  - action: install\n    servce: x\n', ['FIELD_UNKNOWN 3:5']],
  ['a period that is none', 'actions:\n  - action: install\n    recurring: often\n', ['FIELD_TYPE 3:16']],
  ['force that is text', 'actions:\n  - action: install\n    force: maybe\n', ['FIELD_TYPE 3:12']],
  ['an action that is a map', 'actions:\n  - action: { a: b }\n', ['FIELD_TYPE 2:13']],
  ['args that are text', 'actions:\n  - action: install\n    args: x\n', ['FIELD_TYPE 3:11']],
  [
    'an actor that matches nothing',
    'db__d:\nactions:\n  - action: install\n    actor: dbb\n',
    ['SELECTOR_UNKNOWN 4:12'],
  ],
  [
    'a part of a name is no match',
    'db__web-1:\nactions:\n  - action: install\n    service: web\n',
    ['SELECTOR_UNKNOWN 4:14'],
  ],
  [
    'actor and service that match apart',
    'db__d:\napp__a:\nactions:\n  - action: install\n    actor: db\n    service: a\n',
    ['SELECTOR_UNKNOWN 6:14'],
  ],
  [
    'a selector that looks back',
    'db__d:\nactions:\n  - action: install\n    service: (d)\\1\n',
    ['SELECTOR_UNSAFE 4:14'],
  ],
  [
    'a selector that looks ahead',
    'db__d:\nactions:\n  - action: install\n    actor: (?=d)db\n',
    ['SELECTOR_UNSAFE 4:12'],
  ],
  [
    'a selector that is no pattern',
    'db__d:\nactions:\n  - action: install\n    actor: "*"\n',
    ['SELECTOR_UNSAFE 4:12'],
  ],
  [
    'an action that reads services',
    'db__d:\nactions:\n  - action: install\n    args: { a: "${services[\'db/d\'].size}" }\n',
    ['EXPRESSION 4:16'],
  ],
  // §3 steering
  ['an unknown $ key', 'db__d:\n  $eahc: 3\n', ['STEER_UNKNOWN 2:3']],
  ['$each of text', 'db__d:\n  $each: x\n', ['STEER_INVALID 2:10']],
  ['$each of less than nothing', 'db__d:\n  $each: -1\n', ['STEER_INVALID 2:10']],
  ['$each of too many', 'db__d:\n  $each: 10001\n', ['STEER_INVALID 2:10']],
  ['$each that makes no name', 'db__d:\n  $each: ["a b"]\n', ['NAME_INVALID 2:11']],
  ['$each that makes one name twice', 'db__d:\n  $each: [a, a]\n', ['SERVICE_DUPLICATE 1:1']],
  ['$each of outputs', 'maker__m:\ndb__d:\n  $each: ${services["maker/m"].token}\n', ['SET_UNKNOWN 3:10']],
  ['$each of what is not there', 'db__d:\n  $each: ${services["db/x"].size}\n', ['LINK_UNKNOWN 2:12']],
  ['$if of text', 'db__d:\n  $if: ${"x"}\n', ['STEER_INVALID 2:8']],
  ['$if that is no CEL', 'db__d:\n  $if: vars.size !=\n', ['EXPRESSION 2:19'], VARS],
  ['$if of outputs', 'maker__m:\ndb__d:\n  $if: services["maker/m"].token == "made"\n', ['SET_UNKNOWN 3:8']],
  ['$after of no address', 'db__d:\n  $after: x\n', ['STEER_INVALID 2:11']],
  ['$protect of text', 'db__d:\n  $protect: sometimes\n', ['STEER_INVALID 2:13']],
  ['$moved of no address', 'db__d:\n  $moved: old\n', ['STEER_INVALID 2:11']],
  ['$heal of a number', 'db__d:\n  $heal: 3\n', ['STEER_INVALID 2:10']],
  ['$ignore of a map', 'db__d:\n  $ignore: { size: 1 }\n', ['STEER_INVALID 2:12']],
  ['$ignore of a field that is none', 'db__d:\n  $ignore: [sizes]\n', ['STEER_INVALID 2:13']],
  ['$timeout of text', 'db__d:\n  $timeout: long\n', ['STEER_INVALID 2:13']],
  ['$timeout of nothing', 'db__d:\n  $timeout: 0\n', ['STEER_INVALID 2:13']],
  ['$retries of words', 'db__d:\n  $retries: [soon]\n', ['STEER_INVALID 2:13']],
  ['$tags of a map', 'db__d:\n  $tags: { a: b }\n', ['STEER_INVALID 2:10']],
  // expressions
  ['an unclosed ${', 'db__d:\n  size: ${vars.size\n', ['EXPRESSION 2:9'], VARS],
  ['a ${ that YAML cut at " #"', 'db__d:\n  size: ${vars.size + " #1"}\n', ['EXPRESSION 2:9'], VARS],
  ['no CEL', 'db__d:\n  size: ${1 +}\n', ['EXPRESSION 2:14']],
  ['an unknown root', 'db__d:\n  size: ${size}\n', ['EXPRESSION 2:11'], VARS],
  ['a variable that is not declared', 'db__d:\n  size: ${vars.sise}\n', ['VAR_UNKNOWN 2:11'], VARS],
  ['a variable in a branch not taken', 'db__d:\n  size: "${true ? \'a\' : vars.nope}"\n', ['VAR_UNKNOWN 2:25'], VARS],
  ['a link that reads a variable not declared', `${N2}app__a:\n  node: \${vars.nope}\n`, ['VAR_UNKNOWN 4:11']],
  ['an environment variable that is not allowed', 'db__d:\n  size: ${env.PATH}\n', ['EXPRESSION 2:11'], VARS],
  ['an environment variable that is not set', 'db__d:\n  size: ${env.AYS_TEST_UNSET}\n', ['EXPRESSION 2:11'], VARS],
  ['a secret that no source gives', 'app__a:\n  password: ${secrets.p}\n', ['SECRET_MISSING 2:15']],
  [
    'a secret for an int',
    'app__a:\n  count: ${secrets.p}\n',
    ['FIELD_TYPE 2:10'],
    { settings: 'secrets: { p: { file: p.txt } }\n', files: { 'p.txt': '5' } },
  ],
  ['each outside $each', 'db__d:\n  size: ${each.key}\n', ['EXPRESSION 2:9']],
  ['services without brackets', 'db__d:\n  size: ${services.x}\n', ['EXPRESSION 2:11']],
  ['services of no address', 'db__d:\n  size: ${services["x"].y}\n', ['EXPRESSION 2:11']],
  ['a service that is not there', 'db__d:\n  size: ${services["db/e"].size}\n', ['LINK_UNKNOWN 2:11']],
  ['a field that a service does not have', 'db__e:\ndb__d:\n  size: ${services["db/e"].sise}\n', ['EXPRESSION 3:28']],
  ['a file that is not there', 'app__a:\n  title: ${file("nope")}\n', ['EXPRESSION 2:10']],
  ['a file outside the workspace', 'app__a:\n  title: ${file("../../etc/passwd")}\n', ['EXPRESSION 2:10']],
  ['a list inside text', 'app__a:\n  title: x${[1]}\n', ['EXPRESSION 2:11']],
  ['a value of another type', 'app__a:\n  count: ${"x"}\n', ['FIELD_TYPE 2:10']],
  [
    'matches() with a pattern that backtracks',
    'app__a:\n  enabled: ${"aa".matches("(a)\\\\1")}\n',
    ['EXPRESSION 2:12'],
  ],
  [
    'a loop over too much',
    'app__a:\n  any: ${vars.l.map(a, vars.l.map(b, vars.l.map(c, vars.l.map(d, 1))))}\n',
    ['EXPRESSION 2:8'],
    { settings: `vars: { l: { default: [${'1,'.repeat(99)}1] } }\n` },
  ],
  ['a link known only later', `${N2}maker__m:\napp__a:\n  node: \${services["maker/m"].token}\n`, ['SET_UNKNOWN 5:9']],
  // vars
  [
    'a variable without a value',
    'db__d:\n',
    ['VAR_MISSING ays.yaml:1:9'],
    { settings: 'vars: { t: { type: string } }\n' },
  ],
  [
    'a value for a variable that is not declared',
    'db__d:\n',
    ['VAR_UNKNOWN vars/prod.yaml:1:1'],
    { files: { 'vars/prod.yaml': 't: y\n' }, environment: 'prod' },
  ],
  [
    'a value of another type than declared',
    'db__d:\n',
    ['FIELD_TYPE vars/prod.yaml:1:4'],
    {
      settings: 'vars: { n: { type: integer, default: 1 } }\n',
      files: { 'vars/prod.yaml': 'n: y\n' },
      environment: 'prod',
    },
  ],
  // §4 ays.yaml
  ['ays.yaml: an unknown key', '', ['WORKSPACE_INVALID ays.yaml:1:1'], { settings: 'vasr: {}\n' }],
  [
    'ays.yaml: a version range that excludes this one',
    '',
    ['WORKSPACE_INVALID ays.yaml:1:6'],
    { settings: 'ays: ">=999"\n' },
  ],
  ['ays.yaml: no range', '', ['WORKSPACE_INVALID ays.yaml:1:6'], { settings: 'ays: new\n' }],
  ['ays.yaml: no uuid', '', ['WORKSPACE_INVALID ays.yaml:1:12'], { settings: 'workspace: mine\n' }],
  [
    'ays.yaml: a default of another type',
    '',
    ['WORKSPACE_INVALID ays.yaml:1:38'],
    { settings: 'vars: { n: { type: integer, default: x } }\n' },
  ],
  ['ays.yaml: watch.apply', '', ['WORKSPACE_INVALID ays.yaml:1:17'], { settings: 'watch: { apply: often }\n' }],
  ['ays.yaml: limits', '', ['WORKSPACE_INVALID ays.yaml:1:21'], { settings: 'limits: { parallel: 0 }\n' }],
  ['ays.yaml: retries', '', ['WORKSPACE_INVALID ays.yaml:1:10'], { settings: 'retries: soon\n' }],
]

describe('told by code and place', () => {
  test.each(rows.map(([rule, text, told, world]) => ({ rule, text, told, world })))(
    '$rule',
    ({ text, told, world }) => {
      expect(readWorld(text, world).told).toEqual(told)
    },
  )

  test('every mistake has a way out or says it all', () => {
    const bare = rows.flatMap(([rule, text, , world]) =>
      readWorld(text, world)
        .problems.filter((problem) => !problem.at || !/[.!?]$/.test(problem.message))
        .map((problem) => `${rule}: ${problem.message}`),
    )
    expect(bare).toEqual([])
  })
})
