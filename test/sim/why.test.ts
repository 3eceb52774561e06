/** `ays why` and `ays why-not`: chains from lines of blueprints to what is done, and what is in the way. */
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { addressOf } from '../../src/base/address.ts'
import { whyJson, whyView } from '../../src/cli/views/why.ts'
import { whyNotView } from '../../src/cli/views/why-not.ts'
import { task } from '../../src/engine/task.ts'
import { defineTemplate, manyOf, oneOf } from '../../src/engine/template.ts'
import { file } from '../../src/sal/files/file.ts'
import { noteKind } from '../engine/toy-kind.ts'
import { openSimWorld, type SimWorld } from './world.ts'

const n1 = addressOf('node', 'n1')
const plain = { color: false, width: 100 }
const why = (world: SimWorld, role: string, name: string, options = {}): Promise<string> =>
  world.within(async (workspace) => whyView(await workspace.why(addressOf(role, name), options), plain))
const whyNot = (world: SimWorld, role: string, name: string, options = {}): Promise<string> =>
  world.within(async (workspace) => whyNotView(await workspace.whyNot(addressOf(role, name), options), plain))

const settings = 'vars:\n  name: { type: string, default: shop }\n  size: { type: integer, default: 1 }\n'
const motd = 'node.sim__n1: {}\nfile__motd:\n  node: n1\n  path: /etc/motd\n  content: "hello ${vars.name}\\n"\n'

const disk = defineTemplate({
  name: 'disk',
  summary: 'x',
  data: Type.Object({ size: Type.Integer() }),
  parent: oneOf(['node']),
  tasks: ({ slug, data }) => [task(noteKind, `note:${slug}`, { name: slug, text: slug, colour: String(data.size) })],
})
const vm = defineTemplate({
  name: 'vm',
  summary: 'x',
  data: Type.Object({}),
  parent: oneOf(['node']),
  consumes: { disks: manyOf([disk], { min: 1 }) },
  tasks: ({ slug, peers }) => [file(`/etc/${slug}`, peers.disks.map(({ data }) => `${data.size}`).join())],
})
const farm = defineTemplate({
  name: 'shelf',
  summary: 'x',
  data: Type.Object({}),
  parent: oneOf(['node']),
  derive: ({ name }) => [{ template: 'disk', name: `${name}-d`, data: { size: 3 } }],
})

describe('why', () => {
  test('a new service: its line, its values, the variables with their places, what is done', async () => {
    const world = openSimWorld(motd, { settings })
    expect(await why(world, 'file', 'motd')).toBe(
      [
        'file/motd is new: newly declared at blueprints/main.yaml:2.',
        '',
        '  blueprints/main.yaml:2  file/motd is declared (file)',
        '  blueprints/main.yaml:4    path is /etc/motd',
        '  blueprints/main.yaml:5    content is "hello shop\\n"  from hello ${vars.name}\\n',
        '  ays.yaml:2                  vars.name is shop (its default)',
        '  blueprints/main.yaml:2    + file:/etc/motd on node/n1',
        '                                is: absent → file',
        '                                content: absent → "hello shop\\n"',
        '                                $ write /etc/motd',
        '                          → file/motd is new · new, 1 command',
      ].join('\n'),
    )
  })

  test('a changed variable of the environment is followed to its file', async () => {
    const world = openSimWorld(motd, { settings })
    await world.apply()
    world.write('vars/default.yaml', 'name: market\n')
    expect(await why(world, 'file', 'motd')).toMatch(
      /vars\/default\.yaml:1 +vars\.name is market\n(.*\n)*.*→ file\/motd is updated · blueprint changed/,
    )
  })

  test('what consumes something that is replaced leads to the line of that', async () => {
    const blueprint = (size: string): string =>
      `node.sim__n1: {}\ndisk__d1:\n  node: n1\n  size: ${size}\nvm__web:\n  node: n1\n  disks: [d1]\n`
    const world = openSimWorld(blueprint('1'), { templates: [disk, vm], settings })
    await world.apply()
    world.declare(blueprint('${vars.size + 1}'))
    const told = await why(world, 'vm', 'web')
    expect(told).toContain('vm/web is updated: it consumes disk/d1 (disks), which is replaced, ')
    const lines = told.split('\n').map((line) => line.replace(/ {2,}/g, '  ').trim())
    const at = (line: string): number => lines.indexOf(line)
    const steps = [
      at('blueprints/main.yaml:2  disk/d1 is declared (disk)'),
      at('blueprints/main.yaml:4  size is 2  from ${vars.size + 1}'),
      at('ays.yaml:3  vars.size is 1 (its default)'),
      lines.findIndex((line) => line.startsWith('→ disk/d1 is replaced')),
      at('blueprints/main.yaml:7  vm/web consumes disk/d1 (disks)'),
      lines.findIndex((line) => line.endsWith('file:/etc/web on node/n1')),
      lines.findIndex((line) => line.startsWith('→ vm/web is updated')),
    ]
    expect(steps).not.toContain(-1)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
  })

  test('a derived service names who declares it', async () => {
    const world = openSimWorld('node.sim__n1: {}\nshelf__s: { node: n1 }\n', { templates: [disk, farm] })
    const told = await why(world, 'disk', 's-d')
    expect(told).toContain('shelf/s declares it')
    expect(told).toContain('disk/s-d is declared (disk): shelf/s declares it')
  })

  test('what is as declared says in which run it was applied; an orphan, where it was declared then', async () => {
    const world = openSimWorld(motd, { settings })
    await world.apply()
    expect(await why(world, 'file', 'motd')).toMatch(
      /^file\/motd is as declared: there is nothing to do\.\n(.*\n)*.*→ file\/motd is as declared; last applied in run 1, /,
    )
    world.declare('node.sim__n1: {}\n')
    expect(await why(world, 'file', 'motd')).toMatch(
      /blueprints\/main\.yaml:2 +file\/motd is not declared any more; run 1 was the last that had it, declared there\n(.*\n)*.*→ file\/motd is removed/,
    )
  })

  test('one thing of it, drift, and a hold', async () => {
    const world = openSimWorld('node.sim__n1: {}\nunit__u: { node: n1, exec: /bin/u }\n')
    await world.apply()
    await world.within(async (workspace) =>
      workspace.apply(await workspace.planAction({ actions: ['stop'], services: ['unit/u'], args: {} })),
    )
    expect(await why(world, 'unit', 'u')).toContain('unit/u stays stopped: stop by ')
    world.change(n1, ({ things }) => {
      for (const thing of Object.keys(things)) delete things[thing]
    })
    const [, first = ''] = /(unit:\S+) on node\/n1/.exec(await why(world, 'unit', 'u')) ?? []
    expect(await why(world, 'unit', 'u', { thing: first })).toContain(`${first} on node/n1`)
    await expect(why(world, 'unit', 'u', { thing: 'file:/no' })).rejects.toThrow('unit/u has no thing file:/no')
  })

  test('secrets stand sealed in text and data', async () => {
    const secret = 'the very secret text'
    const world = openSimWorld('node.sim__n1: {}\nfile__a: { node: n1, path: /etc/a, content: "${secrets.key}" }\n', {
      settings: `secrets: { key: { command: ['printf', '%s', '${secret}'] } }\n`,
    })
    const told = await world.within((workspace) => workspace.why(addressOf('file', 'a')))
    expect(whyView(told, plain)).toContain('secrets.key is secret')
    expect(whyView(told, plain) + JSON.stringify(whyJson(told))).not.toContain(secret)
  })
})

describe('why-not', () => {
  const row = `node.sim__n1: {}\nfile__a:\n  $if: vars.name == "other"\n  node: n1\n  path: /etc/a\n  content: a\nfile__c:\n  $each: 2\n  node: n1\n  path: /etc/c\${each.key}\n  content: c\n`

  test.each<[string, string, string[]]>([
    [
      '$if is false',
      'a',
      [
        'condition: The $if of file/a is false: vars.name == "other".',
        'main.yaml:3',
        'vars.name is shop',
        'ays.yaml:2',
      ],
    ],
    [
      '$each gives others',
      'c-7',
      ['each: The $each of file__c does not give file/c-7; it gives file/c-0, file/c-1.', 'main.yaml:8'],
    ],
    ['its own name under $each', 'c', ['it gives file/c-0, file/c-1.']],
    ['a disabled file', 'off', ['disabled: file/off is declared in blueprints/_off.yaml', '_off.yaml:1']],
    ['a typing mistake', 'cc-0', ['undeclared: ', 'Did you mean file/c-0?']],
    [
      'nothing of the kind',
      'quite-else',
      ['undeclared: No blueprint declares file/quite-else.', 'Declare it: file__quite-else:'],
    ],
  ])('%s: it is told why there is none, and what would change that', async (_, name, words) => {
    const world = openSimWorld(row, { settings })
    world.write('blueprints/_off.yaml', 'file__off: { node: n1, path: /etc/off, content: x }\n')
    const told = await whyNot(world, 'file', name)
    expect(told).toMatch(/ is not declared\./)
    for (const word of words) expect(told).toContain(word)
  })

  test('a mistake in the blueprint is its own when it stands there, and holds up the others', async () => {
    const world = openSimWorld(`${motd}file__b: { node: n1, path: /etc/b, content: b, colour: red }\n`, { settings })
    expect(await whyNot(world, 'file', 'b')).toMatch(/file\/b: 1 thing in its way[\s\S]*mistake: .*FIELD_UNKNOWN/)
    expect(await whyNot(world, 'file', 'motd')).toMatch(
      /file\/motd itself is free, but 1 thing of others holds up the whole plan/,
    )
  })

  test('data loss refuses the service that would lose it, and holds up the others', async () => {
    const keeper = defineTemplate({
      name: 'keeper',
      summary: 'x',
      data: Type.Object({}),
      parent: oneOf(['node']),
      tasks: ({ slug }) => [file(`/etc/${slug}`, 'x', { holds: 'data' })],
    })
    const world = openSimWorld(`${motd}keeper__k: { node: n1 }\n`, { settings, templates: [keeper] })
    await world.apply()
    world.declare(motd.replace('hello', 'bye'))
    expect(await whyNot(world, 'keeper', 'k')).toMatch(/refused: .*DATA_LOSS\n.*→ --allow data-loss=keeper\/k/)
    expect(await whyNot(world, 'file', 'motd')).toMatch(
      /DATA_LOSS\n.*It holds up the whole plan\.\n.*--exclude keeper\/k/,
    )
    expect(await whyNot(world, 'file', 'motd', { allow: ['data-loss'] })).toBe(
      'Nothing is in the way of file/motd: apply updates it.',
    )
  })

  test('a node out of reach, also under what it needs; a selection; a hold; a failed job with its next attempt', async () => {
    const down = openSimWorld(`node.sim__n1: { faults: { down: true } }\n${motd.split('\n').slice(1).join('\n')}`, {
      settings,
    })
    expect(await whyNot(down, 'file', 'motd')).toMatch(/out of reach: node\/n1 could not be reached.*NODE_UNREACHABLE/)
    await down.apply()
    const problem = { code: 'NODE_UNREACHABLE', message: 'It was off.' } as const
    const retry = {
      action: 'apply',
      entry: '',
      state: 'scheduled',
      attempts: 2,
      nextAt: Date.UTC(2100, 0, 2),
      problem,
    } as const
    await down.within(async (workspace) => workspace.noteActions([{ address: addressOf('file', 'motd'), ...retry }]))
    expect(await whyNot(down, 'file', 'motd')).toContain(
      'retry: apply is tried again at 2100-01-02 00:00:00, after 2 attempts: It was off.',
    )
    expect(await whyNot(down, 'file', 'motd')).toMatch(/failed: Its last job, in run 1, ended as error: /)
    const world = openSimWorld(motd, { settings })
    expect(await whyNot(world, 'file', 'motd', { targets: ['node/n1'] })).toContain('left out: file/motd is not among')
    await world.apply()
    await world.within(async (workspace) =>
      workspace.apply(await workspace.planAction({ actions: ['delete'], services: ['file/motd'], args: {} })),
    )
    expect(await whyNot(world, 'file', 'motd')).toMatch(
      /held: file\/motd stays away: delete by .*\n.*→ ays action start -s file\/motd/,
    )
  })

  test('a template that is not built', async () => {
    const unbuilt = defineTemplate({
      name: 'moon',
      summary: 'x',
      unbuilt: 'nobody has one.',
      data: Type.Object({}),
      parent: oneOf(['node']),
    })
    const world = openSimWorld('node.sim__n1: {}\nmoon__m: { node: n1 }\n', { templates: [unbuilt] })
    expect(await whyNot(world, 'moon', 'm')).toMatch(/refused: moon\/m: moon is known, but not built.*TEMPLATE_UNBUILT/)
  })
})
