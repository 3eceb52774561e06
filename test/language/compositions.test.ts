/** Templates of a workspace: compositions in YAML, and template folders of AYS. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readWorld } from './world.ts'

const SITE = `
summary: An app with its databases.
data:
  title: { type: text, default: site, description: What it is called. }
  count: { type: integer, default: 1, min: 0, max: 3 }
  level: { enum: [low, high], default: low }
  labels: { type: map, of: text, default: {} }
  password: { type: text, optional: true }
parent: { to: [node], optional: true }
consumes:
  store: { to: db, max: 1 }
services:
  app__\${name}:
    node: \${parent}
    title: \${data.title} of \${name}
    labels: \${data.labels}
    level: \${data.level}
    store: \${[name + "-0"].filter(one, data.count > 0)}
  db__\${name}:
    $each: \${data.count}
    size: '\${data.level == "high" ? "l" : "s"}'
`
const site = (text: string, template = SITE) => readWorld(text, { files: { 'templates/site/template.yaml': template } })

describe('a composition', () => {
  test('is a template like any other', () => {
    const { told, data, graph } = site('site__x:\n  count: 2\n  level: high\n  labels: { a: b }\n')
    expect(told).toEqual([])
    expect(data).toMatchObject({
      'site/x': { title: 'site', count: 2 },
      'app/x': { title: 'site of x', level: 'high', labels: { a: 'b' } },
      'db/x-0': { size: 'l' },
      'db/x-1': { size: 'l' },
    })
    const services = [...graph.services.values()]
    expect(services.find((one) => one.address === 'app/x')?.consumes).toEqual({ store: ['db/x-0'] })
    expect(services.find((one) => one.address === 'site/x')?.after).toEqual(['app/x', 'db/x-0', 'db/x-1'])
  })

  test('hands its parent on, named or not', () => {
    for (const line of ['  node: n1\n', '']) {
      const { told, graph } = site(`node.sim__n1:\nsite__x:\n${line}`)
      expect(told).toEqual([])
      expect([...graph.services.values()].find((one) => one.address === 'app/x')?.parent).toBe('node/n1')
    }
  })

  test('may be made of compositions, and what a blueprint declares takes the place of a part', () => {
    const { told, data } = readWorld('pair__p:\ndb__p-a-0:\n  size: own\n', {
      files: {
        'templates/site/template.yaml': SITE,
        'templates/deep/down/pair/template.yaml': 'services:\n  site__${name}-a:\n  site__${name}-b: { title: b }\n',
      },
    })
    expect(told).toEqual([])
    expect(data).toMatchObject({ 'app/p-b': { title: 'b of p-b' }, 'db/p-a-0': { size: 'own' } })
  })

  test('hands on what it is given of outputs, also through other compositions, and waits for who gives it', () => {
    const { told, data, graph } = readWorld('maker__m:\npair__p:\n  title: by ${services["maker/m"].token}\n', {
      files: {
        'templates/site/template.yaml': SITE,
        'templates/pair/template.yaml':
          'data: { title: text }\nservices:\n  site__${name}: { title: "${data.title}!" }\noutputs:\n  called: ${data.title}\n',
      },
    })
    expect(told).toEqual([])
    expect(data).toMatchObject({
      'pair/p': { title: 'by made' },
      'site/p': { title: 'by made!' },
      'app/p': { title: 'by made! of p' },
    })
    expect([...graph.services.values()].find((one) => one.address === 'app/p')?.after).toEqual(['maker/m'])
  })

  test('lets a secret through, and reads what its parts give', () => {
    const { told, data } = readWorld('safe__s:\n  password: ${secrets.p}\n', {
      settings: 'secrets: { p: { file: p.txt } }\n',
      files: {
        'p.txt': 'geheim',
        'templates/safe/template.yaml':
          'data: { password: text }\nservices:\n  maker__${name}:\n  app__${name}:\n    password: ${data.password}\n    title: ${services["maker/" + name].token}\n',
      },
    })
    expect(told).toEqual([])
    expect(data['app/s']).toEqual({ password: 'secret:geheim', title: 'made' })
  })

  test('gives what it declares: of its own data, of its parts, and of compositions in it', () => {
    const files = {
      'templates/shop/template.yaml': `
data: { title: text, count: { type: integer, default: 2 }, password: { type: text, optional: true } }
services:
  maker__\${name}:
  db__\${name}:
    $each: \${data.count}
outputs:
  url: https://\${name}.example.org
  token: \${services["maker/" + name].token}
  last: \${services["db/" + name + "-" + string(data.count - 1)].size}
  all: { title: "\${data.title}", tokens: ["\${services['maker/' + name].token}"] }
`,
      'templates/mall/template.yaml': `
services:
  shop__\${name}-a: { title: a }
outputs:
  first: \${services["shop/" + name + "-a"].url}
  sealed: \${services["shop/" + name + "-a"].outputs.token}
`,
    }
    const { told, data, graph } = readWorld(
      'app__x:\n  title: ${services["shop!s"].url}\n  words: ["${services[\'shop/s\'].last}", "${services[\'mall/m\'].sealed}"]\n  any: ${services["shop/s"].all}\nshop__s: { title: S }\nmall__m:\napp__y:\n  title: ${services["mall/m"].first}\n',
      { files },
    )
    expect(told).toEqual([])
    expect(data).toMatchObject({
      'app/x': { title: 'https://s.example.org', words: ['m', 'made'], any: { title: 'S', tokens: ['made'] } },
      'app/y': { title: 'https://m-a.example.org' },
    })
    const order = graph.order.filter((address) => ['maker/s', 'shop/s', 'app/x'].includes(address))
    expect(order).toEqual(['maker/s', 'shop/s', 'app/x'])
  })

  test('reads what its links mean in outputs, also where the blueprint does not name it', () => {
    const template =
      'parent: node\nconsumes: { stores: { to: db } }\noutputs:\n  host: ${services[parent].host}\n  sizes: ["${services[links.stores[0]].size}"]\n'
    const { told, data } = readWorld(
      'node.sim__n1:\ndb__d: { size: l }\non__x: { stores: d }\napp__y: { title: "${services[\'on/x\'].host}", words: "${services[\'on/x\'].sizes}" }\n',
      { files: { 'templates/on/template.yaml': template } },
    )
    expect(told).toEqual([])
    expect(data['app/y']).toMatchObject({ title: 'n1', words: ['l'] })
  })

  test('what it gives stays secret, and it waits for what it reads besides its parts', () => {
    const { told, data, graph } = readWorld(
      'safe__s: { password: "${secrets.p}" }\napp__x:\n  password: ${services["safe/s"].code}\nmaker__m:\n',
      {
        settings: 'secrets: { p: { file: p.txt } }\n',
        files: {
          'p.txt': 'geheim',
          'templates/safe/template.yaml':
            'data: { password: text }\noutputs:\n  code: ${data.password}\n  far: ${services["maker/m"].token}\n',
        },
      },
    )
    expect(told).toEqual([])
    expect(data['app/x']).toMatchObject({ password: 'secret:geheim' })
    expect([...graph.services.values()].find((one) => one.address === 'safe/s')?.after).toEqual(['maker/m'])
  })

  test.each([
    ['a part that is none', 'url: "${services[\'db/\' + name].size}"', ['LINK_UNKNOWN T:3:11'], 'db/x, which no'],
    ['what a part does not give', 'url: "${services[\'app/\' + name].sise}"', ['EXPRESSION T:3:35'], 'sise'],
    ['what a part does not give', 'url: "${services[\'maker/\' + name].tokn}"', ['EXPRESSION T:3:37'], 'tokn'],
    ['itself', 'url: "${services[\'site/\' + name].title}"', ['LINK_CYCLE T:3:11'], 'site/x → site/x'],
    ['data that it does not declare', 'url: "${data.t}"', ['EXPRESSION T:3:16'], 'site/x'],
    ['a variable of the workspace', 'url: "${vars.t}"', ['VAR_UNKNOWN T:3:11'], 'vars.t'],
    ['the name of a field', 'title: x', ['TEMPLATE_INVALID T:3:3'], 'title has the name of a field'],
    ['a name that every service has', 'name: x', ['TEMPLATE_INVALID T:3:3'], 'Every service has name'],
    ['a name in another spelling', 'front.url: x', ['TEMPLATE_INVALID T:3:3'], 'front.url'],
    ['nothing', 'url:', ['TEMPLATE_INVALID T:3:3'], 'url gives nothing'],
  ])('tells an output that is or reads %s', (_rule, output, told, says) => {
    const template = `data: { title: { type: text, default: t } }\noutputs:\n  ${output}\nservices:\n  app__\${name}:\n  maker__\${name}:\n`
    const read = site('site__x:\n', template)
    expect(read.told.map((one) => one.replace('templates/site/template.yaml', 'T'))).toEqual(told)
    expect(read.problems.map(({ message }) => message).join()).toContain(says)
  })

  test('tells a circle: an output of what reads the composition, and a part that reads an output', () => {
    const reads = (service: string) => `outputs:\n  url: \${services["${service}"].title}\n`
    expect(site('site__x:\napp__y:\n  title: ${services["site/x"].url}\n', reads('app/y')).told).toEqual([
      'LINK_CYCLE 3:12',
    ])
    const part = 'services:\n  app__${name}:\n    title: ${services["site/" + name].url}\noutputs:\n  url: x\n'
    expect(site('site__x:\n', part).told).toEqual(['LINK_CYCLE templates/site/template.yaml:3:14'])
  })

  test.each([
    ['a field out of its range', 'site__x:\n  count: 4\n', SITE, ['FIELD_TYPE 2:10']],
    ['a field that it does not have', 'site__x:\n  titel: 4\n', SITE, ['FIELD_UNKNOWN 2:3']],
    ['a link to what is not there', 'site__x:\n  store: y\n', SITE, ['LINK_UNKNOWN 2:10']],
    [
      'a number of parts that is known only later',
      'maker__m:\nsite__x:\n  count: ${size(services["maker/m"].token)}\n',
      'data: { count: int }\nservices:\n  app__${name}: { $each: "${data.count}" }\n',
      ['SET_UNKNOWN T:3:3'],
    ],
    ['an unknown key', 'site__x:\n', 'dato: {}\n', ['TEMPLATE_INVALID T:1:1']],
    ['a type that is none', 'site__x:\n', 'data: { a: { type: txt } }\n', ['TEMPLATE_INVALID T:1:20']],
    ['a key of a field that is none', 'site__x:\n', 'data: { a: { defualt: x } }\n', ['TEMPLATE_INVALID T:1:14']],
    [
      'a default that does not fit',
      'site__x:\n',
      'data: { a: { type: int, default: x } }\n',
      ['TEMPLATE_INVALID T:1:34'],
    ],
    ['a name of a field in another spelling', 'site__x:\n', 'data: { a.b: text }\n', ['TEMPLATE_INVALID T:1:9']],
    ['a link to nothing', 'site__x:\n', 'parent: { auto: true }\n', ['TEMPLATE_INVALID T:1:9']],
    ['a part that is no template__name', 'site__x:\n', 'services: { app: {} }\n', ['TEMPLATE_INVALID T:1:13']],
    ['a part of an unknown template', 'site__x:\n', 'services:\n  apo__${name}:\n', ['TEMPLATE_UNKNOWN T:2:3']],
    [
      'a field that a part does not have',
      'site__x:\n',
      'services:\n  app__${name}: { titel: x }\n',
      ['FIELD_UNKNOWN T:2:19'],
    ],
    [
      'an expression that is none',
      'site__x:\n',
      'services:\n  app__${name}: { title: "${data.}" }\n',
      ['EXPRESSION T:2:34'],
    ],
    [
      'data that it does not declare',
      'site__x:\n',
      'services:\n  app__${name}: { title: "${data.t}" }\n',
      ['EXPRESSION T:2:34'],
    ],
    [
      'a variable of the workspace',
      'site__x:\n',
      'services:\n  app__${name}: { title: "${vars.t}" }\n',
      ['VAR_UNKNOWN T:2:29'],
    ],
    ['a part that needs itself', 'site__x:\n', 'services:\n  site__${name}-a:\n', ['DERIVE_DEPTH T:2:3']],
    ['data outside a composition', 'db__d:\n  size: ${data.x}\n', SITE, ['EXPRESSION 2:11']],
    [
      'a template that ships with ays',
      'db__d:\n',
      SITE,
      ['TEMPLATE_INVALID templates/db/template.yaml:1:1'],
      'templates/db/template.yaml',
    ],
    ['no YAML', 'db__d:\n', 'data: [\n', ['YAML_SYNTAX T:2:1']],
  ])('tells %s', (_rule, text, template, told, path = 'templates/site/template.yaml') => {
    const read = readWorld(text, { files: { [path]: template } })
    expect(read.told.map((one) => one.replace('templates/site/template.yaml', 'T'))).toEqual(told)
  })
})

describe('a template folder of AYS', () => {
  const files = {
    'actorTemplates/vms/vm.kvm/schema.capnp': `@0xf3d30fa3ae2e10d8;
# a machine
struct Schema {
	description @0 :Text;
	memory @1 :Int64 = 1;
	image @2 :Text = "Debian; \\"12\\"";
	ports @3 :List(Text);
	disk @4 :List(Text);
	owner @5 :Owner;
	state @6 :State = halted;
	sshPort @7 :UInt16;
	active @8 :Bool = false;
	struct Owner { name @0 :Text; }
	enum State { running @0; halted @1; }
}
`,
    'actorTemplates/vms/vm.kvm/config.yaml': `doc:
  property:
  - memory: memory in GB
links:
  parent: { role: app, argname: app, auto: false, optional: true }
  consume:
  - { role: db, argname: disk, min: '0', max: 100, auto: false }
recurring: []
`,
    'actorTemplates/vms/vm.kvm/actions.py': 'def install(job): pass\n',
  }

  test('gives its schema, its defaults and its links', () => {
    const { told, data, graph } = readWorld(
      'db__a:\napp__p:\nvm.kvm__v:\n  disk: [a]\n  app: p\n  ssh.port: 22\n  owner: { name: x }\n',
      { files },
    )
    expect(told).toEqual(['warning TEMPLATE_UNBUILT 3:1'])
    expect(data['vm/v']).toEqual({
      memory: 1,
      image: 'Debian; "12"',
      state: 'halted',
      sshPort: 22,
      active: false,
      owner: { name: 'x' },
    })
    const vm = [...graph.services.values()].find((one) => one.address === 'vm/v')
    expect(vm).toMatchObject({ parent: 'app/p', consumes: { disk: ['db/a'] } })
  })

  test.each([
    ['a number out of its range', 'vm.kvm__v:\n  sshPort: 70000\n', ['FIELD_TYPE 2:12']],
    ['a word that is none of the enum', 'vm.kvm__v:\n  state: paused\n', ['FIELD_TYPE 2:10']],
    ['a link to what is not there', 'vm.kvm__v:\n  disk: [b]\n', ['LINK_UNKNOWN 2:10']],
    ['an unknown field', 'vm.kvm__v:\n  memry: 2\n', ['FIELD_UNKNOWN 2:3']],
  ])('tells %s', (_rule, text, told) => {
    expect(readWorld(text, { files }).told.filter((one) => !one.startsWith('warning'))).toEqual(told)
  })

  test('tells a schema that cannot be read, and goes on', () => {
    const broken = { 'templates/x/schema.capnp': '@0xf3;\nstruct Schema {\n  a @0 :Text\n' }
    expect(readWorld('db__d:\n', { files: broken }).told).toEqual(['TEMPLATE_INVALID templates/x/schema.capnp:3:9'])
  })

  test('that is a file instead is told', () => {
    expect(readWorld('db__d:\n', { files: { templates: 'a file' } }).told).toEqual(['FILE_UNREADABLE templates:1:1'])
  })

  test('gives way to the template of that name that ships with ays', () => {
    const { told } = readWorld('sshkey__k:\n', {
      files: { 'templates/sshkey/schema.capnp': 'struct Schema { x @0 :Text; }' },
    })
    expect(told).toEqual([])
  })
})

test('the page on compositions says what is true', () => {
  const page = readFileSync(new URL('../../docs/compositions.md', import.meta.url), 'utf8')
  const [template = '', blueprint = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
  const { told, data } = readWorld(blueprint, { files: { 'templates/shop/template.yaml': template } })
  expect(told).toEqual([])
  expect(Object.keys(data).sort()).toEqual([
    ...['file/client', 'file/eve-front', 'node/n1', 'shop/eve'],
    ...['storage_engine/eve-0', 'storage_engine/eve-1', 'storage_engine/eve-2'],
  ])
  expect(data['file/client']).toMatchObject({ content: expect.stringMatching(/^engine = n1:\d+$/) })
  expect(data['file/eve-front']).toMatchObject({ content: expect.stringMatching(/^A shop, on n1:\d+\n$/) })
})

test('the page on secrets shows an ays.yaml that is one', () => {
  const page = readFileSync(new URL('../../docs/secrets.md', import.meta.url), 'utf8')
  const [settings = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
  expect(readWorld('', { settings }).told).toEqual([])
})
