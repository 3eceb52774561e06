/** The architecture, read from the imports: floors, circles, barrels, and the few doors to the outside. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const src = join(root, 'src')

/** Every file of src/ with the files of ours that it imports, types included. */
const imports = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, importsOf(file)] as const),
)

/** What each floor may import besides itself. Programs that are built on the workspace stand side by side on top. */
const below: Readonly<Record<string, readonly string[]>> = {
  base: [],
  engine: ['base'],
  sal: ['base', 'engine'],
  templates: ['base', 'engine', 'sal'],
  transport: ['base', 'engine'],
  store: ['base', 'engine'],
  storage: ['base', 'engine'],
  actors: ['base', 'engine', 'sal', 'transport', 'store', 'storage'],
  workspace: ['base', 'engine', 'sal', 'templates', 'transport', 'store', 'storage', 'actors'],
  lab: ['base', 'engine', 'sal', 'templates', 'transport', 'store', 'storage', 'actors', 'workspace'],
  editor: ['base', 'engine', 'templates', 'workspace'],
  watch: ['base', 'engine', 'store', 'workspace'],
  at: ['base', 'transport', 'workspace'],
  'blueprint-tests': ['base', 'engine', 'sal', 'templates', 'transport', 'store', 'storage', 'actors', 'workspace'],
  pins: ['base', 'engine', 'templates', 'workspace'],
  review: ['base', 'engine', 'store', 'workspace'],
  cli: [
    'base',
    'engine',
    'sal',
    'templates',
    'transport',
    'store',
    'storage',
    'actors',
    'workspace',
    'lab',
    'editor',
    'blueprint-tests',
    'watch',
    'pins',
    'at',
    'review',
  ],
}

describe('floors', () => {
  test('every file stands on a floor', () => {
    expect([...imports.keys()].filter((file) => !(floorOf(file) in below))).toEqual([])
  })

  test('imports only go down', () => {
    const up = [...imports].flatMap(([file, targets]) => {
      const floor = floorOf(file)
      return targets
        .filter((target) => floorOf(target) !== floor && !below[floor]?.includes(floorOf(target)))
        .map((target) => `${file} → ${target}`)
    })
    expect(up).toEqual([])
  })

  test('no file is part of a circle of imports', () => {
    expect(circles()).toEqual([])
  })

  test('there are no barrels but the library and the list of templates', () => {
    const barrels = [...imports.keys()].filter(
      (file) => !['index.ts', 'templates/index.ts'].includes(file) && isBarrel(textOf(file)),
    )
    expect(barrels).toEqual([])
  })
})

describe('doors', () => {
  test.each([
    ['the clock', /\bDate\.now\b/, 'base/clock.ts'],
    ['randomness', /\bMath\.random\b/, 'base/random.ts'],
    ['the environment', /\bprocess\.env\b/, 'base/environment.ts'],
  ])('%s is read in one file', (_, door, file) => {
    expect([...imports.keys()].filter((one) => door.test(codeOf(textOf(one))) && one !== file)).toEqual([])
  })

  test('engine, kinds and templates do no I/O', () => {
    const pure = /^(engine|sal|templates)\//
    const outside = /from '(node:(?!crypto|util|buffer|path|url)[a-z/_]+|execa|better-sqlite3)'/
    expect([...imports.keys()].filter((file) => pure.test(file) && outside.test(textOf(file)))).toEqual([])
  })
})

/** The first folder; files beside the folders belong to the workspace, the library to the top. */
function floorOf(file: string): string {
  const [first = '', ...rest] = file.split('/')
  if (rest.length > 0) return first
  return file === 'index.ts' ? 'cli' : 'workspace'
}

function textOf(file: string): string {
  return readFileSync(join(src, file), 'utf8')
}

/** Without comments; good enough for words that stand in no string. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function importsOf(file: string): string[] {
  const found = codeOf(textOf(file)).matchAll(
    /(?:^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|\bimport\s*\(\s*|^\s*import\s*)'(\.[^']+)'/gm,
  )
  return [...found].map(([, target = '']) => relative(src, resolve(src, dirname(file), target)))
}

/** Circles of imports that exist at run time or in types, each once around. Lazy imports count: they are imports. */
function circles(): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push([...path.slice(at), file].join(' → '))
    if (at >= 0 || done.has(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return found
}

/** A file that holds nothing but what others hold. */
function isBarrel(text: string): boolean {
  const statements = codeOf(text)
    .replace(/export\s+(?:type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?)\s+from\s+'[^']+'/g, '')
    .trim()
  return statements === ''
}
