/** A thousand secrets in a workspace of simulated nodes: nothing that ays says or keeps holds one. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lacksProgram, openWorld, type Result, type World } from '../e2e/world.ts'
import { Client } from '../editor/lsp-client.ts'
import { apiServer, TOKEN } from '../review/api-server.ts'
import { filesBelow, watchProcesses } from './evidence.ts'
import { mayKnow, report, saidBy, tell } from './report.ts'
import { type Evidence, searchFor } from './search.ts'
import { plantedSeed, plantedValues } from './values.ts'
import { filesOf, mistakesOf, usesOf, VAULT, writeSecrets } from './workspace.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

const COUNT = 1_000

test('no output, file, log or process of a whole run holds one of 1,000 secrets', { timeout: 400_000 }, async () => {
  const { world, values, kept, env } = await plantedWorld(COUNT)
  const api = await apiServer()
  onTestFinished(() => api.close())
  const [control = ''] = plantedValues(plantedSeed() + 1, 1)
  const said: Evidence[] = []
  const ays = async (...args: string[]): Promise<Result> => {
    const result = await world.ays(...args)
    said.push(...saidBy(args, result))
    return result
  }
  const processes = watchProcesses(mayKnow)
  const names = values.map((_value, i) => `s${i}`)
  const nodes = ['n1', 'n2', 'n3']
  world.write('templates/vault/template.yaml', VAULT)
  const uses = [...usesOf(names.slice(0, 110), 'n1'), ...filesOf(names.slice(110), 'n1')].map((text, i) =>
    text.replaceAll('node: n1', `node: ${nodes[i % 3]}`),
  )
  const engines = names
    .slice(900, 908)
    .map(
      (name, i) =>
        `${i % 2 ? 'storage_engine' : 'redis'}__e${i}:\n  node: n3\n  port: ${7000 + i}\n  password: "\${secrets.${name}}x"\n`,
    )
  const blueprint = `node.sim__n1:\nnode.sim__n2:\nnode.sim__n3:\n${uses.join('')}${engines.join('')}storage_engine__made: { node: n1 }\nfile__control: { node: n1, path: /etc/control, content: "${control}" }\n`
  world.write('blueprints/main.yaml', blueprint)
  git(world, 'init', '-q')
  commit(world, 'the beginning')

  for (const format of ['text', 'json', 'markdown', 'sarif', 'junit']) await ays('validate', '--format', format)
  for (const format of ['text', 'json', 'markdown', 'html', 'sarif', 'junit'])
    await ays('plan', '--commands', '--format', format)
  await ays('plan', '--out', 'plan.json')
  await ays('show', 'plan.json')
  Object.assign(env, { GITHUB_API_URL: api.github, GITHUB_TOKEN: TOKEN })
  await ays('comment', '--provider', 'github', '--plan', 'plan.json', '--request', '7', '--repository', 'acme/infra')
  expect(api.comments).toHaveLength(1)
  said.push({ from: 'the comment', bytes: Buffer.from(JSON.stringify(api.calls)) })
  const applied = await ays('apply', 'plan.json', '--yes')
  expect([applied.code, applied.stderr.slice(0, 2000)]).toEqual([0, ''])
  expect(applied.stdout).toContain('Applied')

  world.write('blueprints/main.yaml', blueprint.replaceAll('\\npassword = ', '\\nPASSWORD = '))
  commit(world, 'other words around')
  for (const format of ['text', 'json', 'markdown', 'html'])
    await ays('diff', 'HEAD~1', 'HEAD', ...(format === 'text' ? [] : ['--format', format]))
  await ays('plan', '--refresh=false', '--undo')
  await ays('plan', '--simulate')
  await ays('why', 'file/s1')
  await ays('why-not', 'file/s1')
  await ays('plan', '--json', '--commands')
  await ays('apply', '--yes', '--json')
  for (const args of [
    ['status'],
    ['status', '--json'],
    ['drift', '--json'],
    ['graph'],
    ['graph', '--json'],
    ['graph', '--format', 'mermaid'],
    ['show', 'file/s1', '--json'],
    ['show', 'vault/s7', '--json'],
    ['show', 'configuration/s8', '--json'],
    ['show', 'unit/s10', '--json'],
    ['show', 'storage_engine/made', '--json'],
    ['runs', '--json'],
    ['runs', 'show', '1', '--json'],
    ['show', '--run', '1', '--json'],
    ['history', '--json'],
    ['plan', '--as-of', 'run:1', '--commands'],
    ['schema'],
    ['facts', 'n1', '--json'],
    ['secrets', '--json'],
    ['action', 'restart', 'storage_engine/e1', '--yes'],
    ['destroy', '--yes', '--allow', 'data-loss', '--json'],
  ])
    await ays(...args)

  const hits = searchFor(values)
  // What is no secret shows: a search that finds nothing would find this neither.
  const plain = searchFor([control])
  expect(said.filter((one) => plain.in(one).length > 0).length).toBeGreaterThan(5)
  const evidence = [
    ...said,
    ...processes.stop(),
    ...filesBelow(world.folder, [...kept, 'secrets.age', '.ays/default/key'], 'the workspace'),
  ]
  expect(report(evidence.flatMap((one) => hits.in(one)))).toEqual([])
  tell(evidence)
})

test('no mistake that holds a secret shows it, nor does an editor', { timeout: 120_000 }, async () => {
  const { world, values, kept, env } = await plantedWorld(200)
  const names = values.map((_value, i) => `s${i}`)
  const actions = `actions: [{ action: "x\${secrets.s1}", actor: "\${secrets.s2}", service: "\${secrets.s3}", recurring: "\${secrets.s4}", args: { a: "\${secrets.s5}" } }]\n`
  const blueprint = `node.sim__n1:\n${mistakesOf(names, 'n1').join('')}${actions}`
  world.write('blueprints/main.yaml', blueprint)
  const said: Evidence[] = []
  const commands = [
    ...['text', 'json', 'markdown', 'sarif', 'junit'].map((format) => ['validate', '--format', format]),
    ['validate', '--legacy'],
    ['plan'],
    ['graph', '--json'],
    ['apply', '--yes', '--json'],
  ]
  for (const args of commands) {
    const result = await world.ays(...args)
    expect([args, result.code]).toEqual([args, 1])
    said.push(...saidBy(args, result))
  }
  const found = said.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join('\n')
  for (const code of ['SECRET_MISPLACED', 'FIELD_TYPE', 'EXPRESSION', 'STEER_INVALID']) expect(found).toContain(code)

  const path = join(world.folder, 'blueprints/main.yaml')
  const editor = new Client([], env)
  await editor.start(world.folder)
  await editor.open(path, blueprint)
  const told: unknown[] = [await editor.until(path, (all) => all.length > 100, 30_000)]
  for (const at of ['port: "${secrets.s0', 'login ${secrets.s2', 'int(secrets.s10', 'engine: "${secrets'])
    told.push(await editor.hover(path, at), await editor.complete(path, at), await editor.definition(path, at))
  await editor.stop()
  said.push({ from: 'answers to an editor', bytes: Buffer.from(JSON.stringify(told)) })

  const search = searchFor(values)
  const evidence = [...said, ...filesBelow(world.folder, [...kept, 'secrets.age'], 'the workspace')]
  expect(report(evidence.flatMap((one) => search.in(one)))).toEqual([])
  tell(evidence)
})

test('what is written in plain is found', () => {
  const values = plantedValues(1, COUNT)
  const search = searchFor(values)
  for (const [i, value] of values.entries()) {
    const line = value.split('\n')[0]?.startsWith('-----') ? (value.split('\n')[1] ?? '') : (value.split('\n')[0] ?? '')
    const forms = [
      value,
      JSON.stringify({ a: value }),
      Buffer.from(`ab${value}`).toString('base64'),
      Buffer.from(`a${value}`).toString('base64url'),
      Buffer.from(value).toString('hex'),
      `https://x/?q=${encodeURIComponent(line)}`,
      `of which ${partOf(line)} alone`,
    ]
    for (const form of forms) {
      const bytes = Buffer.from(`text before ${form} and after`)
      expect([form, search.in({ from: 'here', bytes }).some((hit) => hit.value === i)]).toEqual([form, true])
    }
  }
  expect(search.in({ from: 'here', bytes: Buffer.from('a text that holds none of them, and 1763719200000 ') })).toEqual(
    [],
  )
})

/** Eight characters of it that are there by chance. */
function partOf(line: string): string {
  const runs = [...line.matchAll(/[A-Za-z0-9]{8,}/g)].map(([run]) => run).sort((a, b) => b.length - a.length)
  return (runs[0] ?? line).slice(0, 12)
}

async function plantedWorld(count: number) {
  const seed = plantedSeed()
  console.log(`AYS_SEED=${seed}`)
  const values = plantedValues(seed, count)
  const env: Record<string, string> = {}
  const world = openWorld({ env, local: true })
  const planted = await writeSecrets(world.folder, values)
  Object.assign(env, planted.env)
  return { world, values, kept: planted.kept, env }
}

function git(world: World, ...words: string[]): void {
  execFileSync('git', ['-C', world.folder, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words])
}

function commit(world: World, message: string): void {
  world.write('.gitignore', '.ays/\nkept/\n')
  git(world, 'add', '-A')
  git(world, 'commit', '-qm', message)
}
