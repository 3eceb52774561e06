/** A thousand secrets in a workspace of simulated nodes: nothing that ays says or keeps holds one. */
import { execFileSync } from 'node:child_process'
import { beforeEach, expect, test } from 'vitest'
import { lacksProgram, openWorld, type Result, type World } from '../e2e/world.ts'
import { filesBelow, watchProcesses } from './evidence.ts'
import { type Evidence, type Hit, searchFor } from './search.ts'
import { plantedSeed, plantedValues } from './values.ts'
import { filesOf, usesOf, VAULT, writeSecrets } from './workspace.ts'

beforeEach((ctx) => {
  const lack = lacksProgram()
  if (lack) ctx.skip(`needs ${lack}`)
})

const COUNT = 1_000

test('no output, file, log or process of a whole run holds one of 1,000 secrets', { timeout: 240_000 }, async () => {
  const { world, values, kept } = await plantedWorld(COUNT)
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
  const uses = [...usesOf(names.slice(0, 220), 'n1'), ...filesOf(names.slice(220), 'n1')].map((text, i) =>
    text.replaceAll('node: n1', `node: ${nodes[i % 3]}`),
  )
  const engines = names
    .slice(900, 930)
    .map(
      (name, i) =>
        `${i % 2 ? 'storage_engine' : 'redis'}__e${i}:\n  node: n3\n  port: ${7000 + i}\n  password: "\${secrets.${name}}x"\n`,
    )
  const blueprint = `node.sim__n1:\nnode.sim__n2:\nnode.sim__n3:\n${uses.join('')}${engines.join('')}storage_engine__made: { node: n1 }\n`
  world.write('blueprints/main.yaml', blueprint)
  git(world, 'init', '-q')
  commit(world, 'the beginning')

  for (const format of ['text', 'json', 'markdown', 'sarif', 'junit']) await ays('validate', '--format', format)
  for (const format of ['text', 'json', 'markdown', 'html', 'sarif', 'junit'])
    await ays('plan', '--commands', '--format', format)
  await ays('plan', '--out', 'plan.json')
  await ays('show', 'plan.json')
  const applied = await ays('apply', 'plan.json', '--yes')
  expect([applied.code, applied.stderr.slice(0, 2000)]).toEqual([0, ''])
  expect(applied.stdout).toContain('Applied')

  world.write('blueprints/main.yaml', blueprint.replaceAll('\\npassword = ', '\\nPASSWORD = '))
  commit(world, 'other words around')
  for (const format of ['text', 'json', 'markdown', 'html'])
    await ays('diff', 'HEAD~1', 'HEAD', ...(format === 'text' ? [] : ['--format', format]))
  await ays('plan', '--refresh=false')
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
  const evidence = [
    ...said,
    ...processes.stop(),
    ...filesBelow(world.folder, [...kept, 'secrets.age', '.ays/default/key'], 'the workspace'),
  ]
  expect(report(evidence.flatMap((one) => hits.in(one)))).toEqual([])
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
  return { world, values, kept: planted.kept }
}

/** ays itself, to which its person gave them, and the program of theirs that it asks for secrets. */
const mayKnow = (command: string): boolean =>
  / \S*bin\/ays\.js /.test(`${command} `) || /\.\/pass|^cat kept\//.test(command)

const saidBy = (args: readonly string[], { stdout, stderr }: Result): Evidence[] => [
  { from: `stdout of ays ${args.join(' ')}`, bytes: Buffer.from(stdout) },
  { from: `stderr of ays ${args.join(' ')}`, bytes: Buffer.from(stderr) },
]

/** One line for each place, with the first that was found there. */
function report(hits: readonly Hit[]): string[] {
  const places = new Map<string, Hit[]>()
  for (const hit of hits) places.set(hit.from, [...(places.get(hit.from) ?? []), hit])
  return [...places].map(([from, [first, ...more]]) =>
    first ? `${from}: s${first.value} ${first.form}, ${JSON.stringify(first.around)}, and ${more.length} more` : from,
  )
}

function tell(evidence: readonly Evidence[]): void {
  const bytes = evidence.reduce((sum, one) => sum + one.bytes.length, 0)
  console.log(`${evidence.length} outputs, files and processes with ${bytes} bytes were searched`)
}

function git(world: World, ...words: string[]): void {
  execFileSync('git', ['-C', world.folder, '-c', 'user.name=test', '-c', 'user.email=test@example.test', ...words])
}

function commit(world: World, message: string): void {
  world.write('.gitignore', '.ays/\nkept/\n')
  git(world, 'add', '-A')
  git(world, 'commit', '-qm', message)
}
