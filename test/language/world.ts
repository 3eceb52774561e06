/** A workspace in a folder of its own, read and linked by ays's own reading with the real templates and a few small ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { sortProblems } from '../../src/base/problem.ts'
import { isSecret, Secret, sealerOf, sha256 } from '../../src/base/secret.ts'
import type { Graph } from '../../src/engine/graph/graph.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { templates } from '../../src/templates/index.ts'
import { assemble, link } from '../../src/workspace/assemble.ts'
import { readSettings, readWorkspace } from '../../src/workspace/read.ts'
import { readTemplateFolders } from '../../src/workspace/template-folders.ts'
import { languageTemplates } from './templates.ts'

export interface World {
  /** ays.yaml. */
  readonly settings?: string
  /** Other files than blueprints/main.yaml, by path. */
  readonly files?: Readonly<Record<string, string>>
  readonly legacy?: boolean
  readonly environment?: string
  readonly vars?: Readonly<Record<string, string>>
}

const sealer = sealerOf(new Uint8Array(32).fill(7))

/** Problems as `CODE line:column` (other files before it), data of services, and where each stands. */
export function readWorld(text: string, world: World = {}) {
  const root = mkdtempSync(join(tmpdir(), 'ays-language-'))
  try {
    const files = { 'ays.yaml': world.settings ?? '', 'blueprints/main.yaml': text, ...world.files }
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    return readFolder(root, world)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function readFolder(root: string, { legacy = false, environment = 'default', vars = {} }: World) {
  const { file, problems: ofSettings } = readSettings(root)
  const shipped = [...templates, ...languageTemplates]
  const own = readTemplateFolders(root, shipped)
  const read = readWorkspace({ root, environment, vars, legacy }, file, sealer)
  const { built, bound } = link(read.blueprint, [...shipped, ...own.templates], { legacy, reading: read.problems })
  const problems = [...ofSettings, ...own.problems, ...read.problems, ...built.problems]
  const sound = !problems.some((one) => one.severity !== 'warning')
  const assembly = sound
    ? assemble(built, memoryStore({ clock: systemClock }).memory(), {
        facts: () => undefined,
        derived: (address, purpose) => new Secret(address, sha256(`${address} ${purpose}`), sealer),
        workspace: { id: 'w', tag: '00000000' },
      })
    : undefined
  const all = sortProblems([...problems, ...(assembly?.problems ?? [])])
  const graph = assembly?.graph ?? built.graph
  return {
    problems: all,
    told: all.map(
      ({ code, at, severity }) =>
        `${severity === 'warning' ? 'warning ' : ''}${code} ${at ? `${at.file === 'blueprints/main.yaml' ? '' : `${at.file}:`}${at.line}:${at.column}` : 'nowhere'}`,
    ),
    graph,
    wanted: assembly?.wanted,
    data: dataIn(graph),
    actions: bound,
    disabled: [...read.disabled],
  }
}

/** Data of every service but the controller's own; a secret shows as `secret:value`. */
function dataIn(graph: Graph): Record<string, unknown> {
  const services = [...graph.services.values()].filter((service) => service.address !== 'node/local')
  return Object.fromEntries(services.map((service) => [service.address, shown(service.data)]))
}

function shown(value: unknown): unknown {
  if (isSecret(value)) return `secret:${value.reveal()}`
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]))
}
