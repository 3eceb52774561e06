import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSecret } from '../../../src/base/secret.ts'
import { readBlueprint } from '../../../src/engine/blueprint/read-blueprint.ts'
import { fieldsOf, read, scopeOf, tell } from './given.ts'

describe('services', () => {
  test('a key is split at its first __, and nothing under it is a service with defaults', () => {
    const { declarations, told } = read(
      'sshkey__a__b: {}\nnetwork.publicstorage__storage:\n---\nos.ssh.ubuntu__ü-1: {}\n',
    )
    expect(told).toEqual([])
    expect(declarations.map((one) => [one.template, one.name, one.address, one.at.line])).toEqual([
      ['sshkey', 'a__b', 'sshkey/a__b', 1],
      ['network.publicstorage', 'storage', 'network/storage', 2],
      ['os.ssh.ubuntu', 'ü-1', 'os/ü-1', 4],
    ])
  })

  test("0-robot's dialect: a list of services, with whole template names", () => {
    const { declarations, actions, told } = read(`services:
  - github.com/zero-os/0-templates/node/0.0.1__n1:
      hostname: a
  - vm__v:
actions:
  template: github.com/zero-os/0-templates/node/0.0.1
  service: n1
  actions: [install, start]
  args: {keep: 3}
`)
    expect(told).toEqual([])
    expect(declarations.map((one) => [one.template, one.address, fieldsOf(one)])).toEqual([
      ['node', 'node/n1', { hostname: 'a' }],
      ['vm', 'vm/v', {}],
    ])
    expect(actions).toMatchObject([
      { actor: 'node', service: 'n1', actions: ['install', 'start'], args: { keep: 3 }, force: false },
    ])
  })

  test('one address given twice names both places, also under two templates of one role', () => {
    const files = [
      { path: 'a.yaml', text: 'node__n1: {}\n' },
      { path: 'b.yaml', text: 'x__y: {}\nnode.physical__n1: {}\n' },
    ]
    const { problems, blueprint } = readBlueprint(files, { scope: scopeOf() })
    expect(problems.map(tell)).toEqual(['b.yaml:2:1 SERVICE_DUPLICATE'])
    expect(problems[0]?.also?.[0]?.at).toMatchObject({ file: 'a.yaml', line: 1 })
    expect(problems[0]?.message).toBe('node__n1 and node.physical__n1 are both node/n1.')
    expect(blueprint.declarations).toHaveLength(2)
  })

  test.each([
    ['node__a b: {}', 'NAME_INVALID'],
    ['node__a/b: {}', 'NAME_INVALID'],
    ['"node__a:b": {}', 'NAME_INVALID'],
    ['node__---: {}', 'NAME_INVALID'],
    ['node__: {}', 'NAME_INVALID'],
    ['__x: {}', 'NAME_INVALID'],
    ['node_n1: {}', 'TOP_KEY'],
    ['actoins: []', 'TOP_KEY'],
    ['$each: 3', 'TOP_KEY'],
    ['- a', 'TOP_KEY'],
    ['just text', 'TOP_KEY'],
    ['node__n1: text', 'FIELD_TYPE'],
    ['node__n1: [a]', 'FIELD_TYPE'],
    ['services: {node__n1: {}}', 'FIELD_TYPE'],
    ['services: [{node__n1: , node__n2: }]', 'FIELD_TYPE'],
    ['eventfilters: []', 'EVENTFILTERS'],
  ])('%s is told as %s', (text, code) => {
    expect(read(text).problems.map((one) => one.code)).toEqual([code])
  })

  test('eventfilters are a warning', () => {
    expect(read('eventfilters: []').problems[0]?.severity).toBe('warning')
  })
})

describe('fields', () => {
  test.each([['max.memory'], ['max_memory'], ['maxMemory']])('%s is maxMemory', (key) => {
    expect(fieldsOf(read(`a__b: {${key}: 1}`).declarations[0])).toEqual({ maxMemory: 1 })
  })

  test('nested keys are left alone', () => {
    expect(fieldsOf(read('a__b: {x_y: {p_q.r: 1}}').declarations[0])).toEqual({ xY: { 'p_q.r': 1 } })
  })

  test.each([
    ['max.memory: 1\n  maxMemory: 2', 1, 'main.yaml:3:3'],
    ['maxMemory: 2\n  max.memory: 1', 1, 'main.yaml:2:3'],
    ['maxMemory: 2\n  max_memory: 1', 1, 'main.yaml:2:3'],
    ['max_memory: 2\n  maxMemory: 3\n  max.memory: 1', 1, undefined],
  ])('of %j the dotted one wins, with a warning', (fields, value, at) => {
    const { declarations, problems, told } = read(`a__b:\n  ${fields}\n`)
    expect(fieldsOf(declarations[0])).toEqual({ maxMemory: value })
    expect(problems[0]).toMatchObject({ code: 'KEY_SPELLINGS', severity: 'warning' })
    if (at) expect(told).toEqual([`${at} KEY_SPELLINGS`])
  })
})

describe('steering', () => {
  test('keys that start with $ never reach the data', () => {
    const { declarations, told } = read(`vm__web:
  $after: [nas!home, node/n1]
  $protect: true
  $moved: vm!www
  $heal: no
  $ignore: [max.memory, users]
  $timeout: 2h
  $retries: [1, 2]
  $tags: prod
  cpu: 2
`)
    expect(told).toEqual([])
    expect(fieldsOf(declarations[0])).toEqual({ cpu: 2 })
    expect(declarations[0]?.steer).toMatchObject({
      after: [{ address: 'nas/home' }, { address: 'node/n1' }],
      protect: true,
      moved: { address: 'vm/www' },
      heal: false,
      ignore: ['maxMemory', 'users'],
      timeoutMs: 7_200_000,
      retriesMs: [1_000, 2_000],
      tags: ['prod'],
    })
  })

  test.each([
    ['$retries: 0', []],
    ['$retries: 5,10,1m', [5_000, 10_000, 60_000]],
    ['$retries: 7', [7_000]],
  ])('%s', (text, waits) => {
    expect(read(`a__b: {${text}}`.replace('5,10,1m', '"5,10,1m"')).declarations[0]?.steer.retriesMs).toEqual(waits)
  })

  test('what is not given has its default', () => {
    expect(read('a__b:').declarations[0]?.steer).toEqual({
      after: [],
      protect: false,
      heal: true,
      ignore: [],
      tags: [],
    })
  })

  test.each([
    ['$tag: [x]', 'main.yaml:2:3 STEER_UNKNOWN'],
    ['$protect: maybe', 'main.yaml:2:13 STEER_INVALID'],
    ['$after: [home]', 'main.yaml:2:12 STEER_INVALID'],
    ['$moved: {}', 'main.yaml:2:11 STEER_INVALID'],
    ['$timeout: soon', 'main.yaml:2:13 STEER_INVALID'],
    ['$timeout: 0', 'main.yaml:2:13 STEER_INVALID'],
    ['$retries: [a]', 'main.yaml:2:13 STEER_INVALID'],
    ['$tags: [{}]', 'main.yaml:2:11 STEER_INVALID'],
    ['$timeout: ${services["a!c"].x}', 'main.yaml:2:13 SET_UNKNOWN'],
    ['$each: -1', 'main.yaml:2:10 STEER_INVALID'],
    ['$each: 1.5', 'main.yaml:2:10 STEER_INVALID'],
    ['$each: text', 'main.yaml:2:10 STEER_INVALID'],
    ['$each: 1_000_000', 'main.yaml:2:10 STEER_INVALID'],
    ['$each: ["a b"]', 'main.yaml:2:11 NAME_INVALID'],
    ['$if: 3', 'main.yaml:2:8 STEER_INVALID'],
    ['$if: 1 + 1', 'main.yaml:2:8 STEER_INVALID'],
    ['$if: vars.x ==', 'main.yaml:2:16 EXPRESSION'],
  ])('%s is told as %s', (text, told) => {
    expect(read(`a__b:\n  ${text}\n`, scopeOf({ vars: { x: 1 } })).told).toEqual([told])
  })

  test('a misspelt key is shown the right one', () => {
    expect(read('a__b: {$tag: x}').problems[0]?.hint).toBe('Did you mean $tags?')
  })
})

describe('$each and $if', () => {
  const names = (text: string, vars = {}) => read(text, scopeOf({ vars })).declarations.map((one) => one.address)

  test.each([
    ['3', ['vm/w-0', 'vm/w-1', 'vm/w-2']],
    ['0', []],
    ['[red, blue]', ['vm/w-red', 'vm/w-blue']],
    ['[{a: 1}, {a: 2}]', ['vm/w-0', 'vm/w-1']],
    ['{north: 1, south: 2}', ['vm/w-north', 'vm/w-south']],
    ['${vars.n}', ['vm/w-0', 'vm/w-1']],
    ['${vars.zones}', ['vm/w-a', 'vm/w-b']],
    ['${vars.zones.map(z, z + "1")}', ['vm/w-a1', 'vm/w-b1']],
  ])('$each: %s makes %j', (each, addresses) => {
    expect(names(`vm__w: {$each: ${each.startsWith('$') ? `'${each}'` : each}}`, { n: 2, zones: ['a', 'b'] })).toEqual(
      addresses,
    )
  })

  test('each instance sees its key and value', () => {
    const { declarations } = read(
      "vm__w: {$each: {north: {ip: 1.2.3.4}}, at: '${each.key}', ip: '${each.value.ip}:80', $tags: ['zone-${each.key}']}",
    )
    expect(declarations.map((one) => [fieldsOf(one), one.steer.tags])).toEqual([
      [{ at: 'north', ip: '1.2.3.4:80' }, ['zone-north']],
    ])
  })

  test.each([
    ['true', 1],
    ['false', 0],
    ['vars.size != "small"', 1],
    ['vars.size == "small"', 0],
    ['${vars.size == "big"}', 1],
  ])('$if: %s leaves %i', (condition, count) => {
    expect(names(`vm__w:\n  $if: ${condition}\n`, { size: 'big' })).toHaveLength(count)
  })

  test('$if may use each', () => {
    expect(names('vm__w:\n  $each: 3\n  $if: each.key != 1\n')).toEqual(['vm/w-0', 'vm/w-2'])
  })

  test('they may read what blueprints say of other services, in any order of files', () => {
    expect(names("vm__w:\n  $each: ${services['site!s'].count}\nsite__s: {count: 2}\n")).toEqual([
      'vm/w-0',
      'vm/w-1',
      'site/s',
    ])
    expect(names('vm__w:\n  $if: services["site/s"].kind == "large"\nsite__s: {kind: small}\n')).toEqual(['site/s'])
  })

  test.each([
    ['$if: services["site/s"].outputs.ready', 'SET_UNKNOWN'],
    ['$if: services["site/s"].default == 1', 'SET_UNKNOWN'],
    ['$each: ${services["site/s"].address2}', 'SET_UNKNOWN'],
    ['$each: ["${services["site/s"].x}"]', 'SET_UNKNOWN'],
    ['$if: services["site/t"].x == 1', 'LINK_UNKNOWN'],
    ['$if: services["vm/w"].x == 1', 'SET_UNKNOWN'],
  ])('%s is told as %s', (line, code) => {
    const text = line.includes('["$') ? line.replaceAll('"', "'").replace("['$", '["$').replace("}']", '}"]') : line
    expect(read(`vm__w:\n  ${text}\nsite__s: {x: 1}\n`).problems.map((one) => one.code)).toEqual([code])
  })

  test('a mistake in each of many instances is told once', () => {
    expect(read('vm__w:\n  $each: 50\n  a: ${vars.nope}\n').told).toEqual(['main.yaml:3:8 VAR_UNKNOWN'])
  })

  test('a field with a mistake is marked, so that nobody judges its value again', () => {
    expect(read('vm__w: {a: "${vars.nope}", b: 1}').declarations[0]?.faulty).toEqual(['a'])
  })
})

describe('actions', () => {
  test('entries of AYS are read', () => {
    const { actions, told } = read(`actions:
  - action: install, start
    actor: storage_engine
    service: cache
    recurring: 5m
    force: true
    args: { keep: 3 }
  - action: [monitor]
    recurring: 30
`)
    expect(told).toEqual([])
    expect(actions).toMatchObject([
      {
        actions: ['install', 'start'],
        actor: 'storage_engine',
        service: 'cache',
        recurringMs: 300_000,
        force: true,
        args: { keep: 3 },
        at: { line: 2 },
      },
      { actions: ['monitor'], recurringMs: 30_000, force: false, args: {} },
    ])
  })

  test.each([
    ['actor: x', 'FIELD_MISSING'],
    ['{action: install, actr: x}', 'FIELD_UNKNOWN'],
    ['{action: install, recurring: often}', 'FIELD_TYPE'],
    ['{action: install, force: 3}', 'FIELD_TYPE'],
    ['{action: {}}', 'FIELD_TYPE'],
    ['{action: install, args: {a: \'${services["a/b"].x}\'}}', 'EXPRESSION'],
    ['install', 'FIELD_TYPE'],
  ])('%s is told as %s', (entry, code) => {
    expect(read(`actions:\n  - ${entry}\n`).problems.map((one) => one.code)).toEqual([code])
  })

  test('with --legacy an unknown key of an action is a warning', () => {
    expect(read('actions: [{action: install, actr: x}]', scopeOf(), { legacy: true }).problems[0]?.severity).toBe(
      'warning',
    )
  })
})

describe('files', () => {
  test('a broken file hides no mistake of another, and what it declares is known to exist', () => {
    const files = [
      { path: 'a.yaml', text: 'node__n1:\n  host: [1\nvm__v: {}\n' },
      { path: 'b.yaml', text: 'x: 1\n' },
    ]
    const { problems, blueprint } = readBlueprint(files, { scope: scopeOf() })
    expect(problems.map((one) => [one.at?.file, one.code])).toEqual([
      ['a.yaml', 'YAML_SYNTAX'],
      ['b.yaml', 'TOP_KEY'],
    ])
    expect(blueprint.unread).toEqual(['node/n1', 'vm/v'])
  })

  test('what a mistake kept from being read is known to exist, so that nobody misses it', () => {
    const { unread, problems } = read(
      'a__b: text\nc__d: {$if: vars.nope}\ne__f: {$if: "false"}\ng__h:\n  $if: services["a/b"].x == 1\n',
    )
    expect(unread).toEqual(['a/b', 'c/d'])
    expect(problems.map((one) => one.code)).toEqual(['FIELD_TYPE', 'VAR_UNKNOWN'])
  })

  test('any text is read without throwing, and no secret is ever shown', () => {
    const piece = fc.constantFrom(
      'a__b:\n',
      'x__y: ',
      '  $each: ',
      '  $if: ',
      '  k: ',
      '${vars.x',
      '${secrets.pw}',
      '${secrets.pw + 1}',
      '${int(secrets.pw)}',
      '${services["a/b"].c}',
      '}',
      '"',
      "'",
      '\n',
      '3',
      '[',
      ']',
      'actions:\n',
      '- action: ',
      'services:\n',
      '${file("f")}',
      '$${',
      '${each.key}',
      '  $after: ',
      ' # ',
      '${[secrets.pw][0]}',
    )
    const scope = scopeOf({ vars: { x: 1 }, secrets: { pw: 'hunter2hunter2' }, files: { f: 'text' } })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 25 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const { blueprint, problems } = readBlueprint([{ path: 'f', text }], { scope })
          expect(
            JSON.stringify([blueprint.declarations.map(({ fields, steer }) => [fields, steer]), problems], hide),
          ).not.toContain('hunter2')
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

/** The scope of an expression holds the secrets themselves, which show sealed. */
const hide = (_key: string, value: unknown): unknown => (isSecret(value) ? value.toJSON() : value)
