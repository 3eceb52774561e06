/** What blueprints mean when they are right: each row of the language page with the data of services that it gives. */
import { describe, expect, test } from 'vitest'
import { rows } from './valid-rows.ts'
import { readWorld } from './world.ts'

const N1 = 'node.sim__n1:\n'

describe('blueprints mean', () => {
  test.each(rows.map(([rule, text, data, world]) => ({ rule, text, data, world })))(
    '$rule',
    ({ text, data, world }) => {
      const read = readWorld(text, world)
      expect(read.told.filter((one) => !one.startsWith('warning '))).toEqual([])
      for (const [address, expected] of Object.entries(data)) {
        if (expected === undefined) expect(Object.keys(read.data)).not.toContain(address)
        else expect(read.data[address]).toMatchObject(expected as object)
      }
    },
  )
})

describe('links mean', () => {
  const linked = (text: string, address: string) => {
    const read = readWorld(text)
    expect(read.told).toEqual([])
    const service = [...read.graph.services.values()].find((one) => one.address === address)
    return { parent: service?.parent, ...service?.consumes, after: service?.after, node: service?.node }
  }

  test.each([
    ['a parent by the name of its role', `${N1}app__a:\n  node: n1\n`, 'app/a', { parent: 'node/n1', node: 'node/n1' }],
    ['a parent by parent:', `${N1}app__a:\n  parent: n1\n`, 'app/a', { parent: 'node/n1' }],
    ['the only candidate, unnamed', `${N1}file__f:\n  path: /x\n  content: x\n`, 'file/f', { parent: 'node/n1' }],
    ['no parent, where it is optional and there is none', 'app__a:\n', 'app/a', { parent: undefined }],
    ['consumed by the name of the link', 'db__d:\napp__a:\n  store: d\n', 'app/a', { store: ['db/d'] }],
    ['consumed by the role', 'db__d:\napp__a:\n  db: d\n', 'app/a', { store: ['db/d'] }],
    ['a list of consumed', 'db__d:\ndb__e:\napp__a:\n  store: [d, e]\n', 'app/a', { store: ['db/d', 'db/e'] }],
    ['nothing consumed where nothing is named', 'db__d:\napp__a:\n', 'app/a', { store: [] }],
    ['auto: what is there is not grabbed', 'db.big__other:\nhelped__h:\n', 'helped/h', { store: ['db/auto_db'] }],
    ['$after is an order', 'db__d:\napp__a:\n  $after: [db!d]\n', 'app/a', { after: ['db/d'] }],
    ['$after takes one address', 'db__d:\napp__a:\n  $after: db/d\n', 'app/a', { after: ['db/d'] }],
    [
      'an expression is a dependency',
      'db__d:\napp__a:\n  title: ${services["db/d"].size}\n',
      'app/a',
      { after: ['db/d'] },
    ],
    [
      'the node through its os',
      `node.physical__p:\n  ip.public: 10.0.0.1\napp__a:\n  os: p\n`,
      'app/a',
      { parent: 'os/p', node: 'node/p' },
    ],
  ])('%s', (_rule, text, address, expected) => {
    expect(linked(text, address)).toMatchObject(expected)
  })
})

describe('steering means', () => {
  test.each([
    ['$protect', '$protect: true', { protect: true }],
    ['$moved', '$moved: app!old', { moved: { address: 'app/old' } }],
    ['$heal', '$heal: false', { heal: false }],
    ['$heal by default', 'title: x', { heal: true }],
    ['$ignore', '$ignore: [max_memory]', { ignore: ['maxMemory'] }],
    ['$ignore of one', '$ignore: title', { ignore: ['title'] }],
    ['$timeout', '$timeout: 2h', { timeoutMs: 7_200_000 }],
    ['$timeout in seconds', '$timeout: 90', { timeoutMs: 90_000 }],
    ['$retries', '$retries: [1, 2]', { retriesMs: [1_000, 2_000] }],
    ['$retries as text', '$retries: 5,10,15', { retriesMs: [5_000, 10_000, 15_000] }],
    ['$retries: 0', '$retries: 0', { retriesMs: [] }],
    ['$tags', '$tags: [prod, web]', { tags: ['prod', 'web'] }],
    ['$tags of one', '$tags: prod', { tags: ['prod'] }],
  ])('%s', (_rule, line, expected) => {
    const read = readWorld(`app__a:\n  ${line}\n`)
    expect(read.told).toEqual([])
    expect(Object.keys(Object(read.data['app/a'])).some((key) => key.startsWith('$'))).toBe(false)
    expect([...read.graph.services.values()].find((one) => one.address === 'app/a')?.steer).toMatchObject(expected)
  })
})

describe('actions: mean', () => {
  const services = 'db__web-1:\ndb__web-2:\napp__a:\n'
  test.each([
    [
      'a name',
      'actions:\n  - action: install\n',
      { actions: ['install'], services: ['app/a', 'db/web-1', 'db/web-2'] },
    ],
    ['names with commas', 'actions:\n  - action: install, start\n', { actions: ['install', 'start'] }],
    ['a list of names', 'actions:\n  - action: [install, start]\n', { actions: ['install', 'start'] }],
    [
      'an actor matched whole',
      'actions:\n  - action: install\n    actor: db\n',
      { services: ['db/web-1', 'db/web-2'] },
    ],
    [
      'a service matched whole',
      'actions:\n  - action: install\n    service: web.*\n',
      { services: ['db/web-1', 'db/web-2'] },
    ],
    ['both', 'actions:\n  - action: install\n    actor: d.\n    service: web-1\n', { services: ['db/web-1'] }],
    ['recurring', 'actions:\n  - action: monitor\n    recurring: 5m\n', { recurringMs: 300_000 }],
    ['a schedule', 'actions:\n  - action: install\n    cron: 0 3 * * *\n', { cron: '0 3 * * *' }],
    ['recurring in seconds', 'actions:\n  - action: monitor\n    recurring: 30\n', { recurringMs: 30_000 }],
    ['force', 'actions:\n  - action: install\n    force: yes\n', { force: true }],
    ['args', 'cron__c:\nactions:\n  - action: trim\n    args: { keep: 3 }\n', { args: { keep: 3 } }],
    [
      'a map, as 0-robot has it',
      'actions:\n  actions: [install]\n  template: github.com/o/r/db/0.1\n',
      { services: ['db/web-1', 'db/web-2'] },
    ],
    [
      '0-robot: template and service',
      'actions:\n  - template: db\n    service: web-1\n    actions: [install]\n',
      { services: ['db/web-1'] },
    ],
  ])('%s', (_rule, text, expected) => {
    const read = readWorld(services + text)
    expect(read.told).toEqual([])
    expect(read.actions[0]).toMatchObject(expected)
  })
})

test('services in a disabled file are known as such', () => {
  expect(readWorld('', { files: { 'blueprints/_off.yaml': 'db__e:\n' } }).disabled).toEqual(['db/e'])
})
