/** Reads one input as a workspace is read, and says what must not be: a crash, or a problem without a place. */
import type { Place } from '../../src/base/place.ts'
import type { Problem } from '../../src/base/problem.ts'
import { Secret, sealerOf, sha256 } from '../../src/base/secret.ts'
import { readBlueprint } from '../../src/engine/blueprint/read-blueprint.ts'
import { readVars } from '../../src/engine/blueprint/vars.ts'
import { readWorkspaceFile } from '../../src/engine/blueprint/workspace-file.ts'
import { readComposition } from '../../src/engine/template-files/composition.ts'
import { readLegacyTemplate } from '../../src/engine/template-files/legacy-template.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { templates } from '../../src/templates/index.ts'
import { assemble, link } from '../../src/workspace/assemble.ts'
import { languageTemplates } from '../language/templates.ts'
import type { Input } from './inputs.ts'

const sealer = sealerOf(new Uint8Array(32))
const nothing = memoryStore({ clock: { now: () => 0, sleep: async () => {} } }).memory()

/** undefined: all is well. Throws whatever the reader throws. */
export function complaintAbout(input: Input): string | undefined {
  const files = {
    'ays.yaml': input.settings,
    'main.yaml': input.blueprint,
    'template.yaml': input.template,
    'schema.capnp': input.schema,
    'config.yaml': input.config,
  }
  const source = (path: keyof typeof files) => ({ path, text: files[path] })
  const settings = readWorkspaceFile(source('ays.yaml'))
  const vars = readVars({ declared: settings.workspace.vars })
  const site = readComposition('site', source('template.yaml'))
  const old = readLegacyTemplate('old', { schema: source('schema.capnp'), config: source('config.yaml') })
  const read = readBlueprint([source('main.yaml')], {
    legacy: input.legacy,
    scope: {
      vars: vars.vars,
      env: Object.fromEntries(settings.workspace.env.map((name) => [name, undefined])),
      secret: (name) => (name === 'p' ? new Secret('secrets.p', 'geheim', sealer) : undefined),
      readFile: (path) => (path === 'x' ? { text: 'text' } : { reason: 'it is not there' }),
    },
  })
  const all = [...templates, ...languageTemplates, site.template, old.template]
  const { built } = link(read.blueprint, all, { legacy: input.legacy, reading: read.problems })
  const found = [
    ...settings.problems,
    ...vars.problems,
    ...site.problems,
    ...old.problems,
    ...read.problems,
    ...built.problems,
  ]
  const sound = !found.some((one) => one.severity !== 'warning')
  const assembled = sound
    ? assemble(built, nothing, {
        facts: () => undefined,
        derived: (address, purpose) => new Secret(address, sha256(`${address} ${purpose}`), sealer),
        workspace: { id: 'w', tag: '00000000' },
      }).problems
    : []
  for (const problem of [...found, ...assembled]) {
    const wrong = wrongWith(problem, files)
    if (wrong !== undefined) return `${wrong}: ${JSON.stringify(problem)}`
  }
  return undefined
}

function wrongWith({ at, message, also = [] }: Problem, files: Readonly<Record<string, string>>): string | undefined {
  if (!at) return 'a problem without a place'
  if (!message.trim()) return 'a problem that says nothing'
  if (message.includes('geheim')) return 'a problem that shows a secret'
  return [at, ...also.map((one) => one.at)].map((place) => outside(place, files)).find((one) => one !== undefined)
}

/** A place is where an editor can go. */
function outside(
  { file, line, column, endLine, endColumn }: Place,
  files: Readonly<Record<string, string>>,
): string | undefined {
  // What every workspace has stands in no file.
  if (file === 'ays') return undefined
  const text = files[file]
  if (text === undefined) return 'a place in no file'
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  if (line < 1 || column < 1 || line > lines.length) return 'a place outside its file'
  if (column > (lines[line - 1]?.length ?? 0) + 1) return 'a place behind its line'
  const before = endLine !== undefined && (endLine < line || (endLine === line && (endColumn ?? column) < column))
  return before ? 'a place that ends before it begins' : undefined
}
