/** A workspace as an editor has it open: unsaved text counts, and only files that changed are read again. */
import { relative, resolve, sep } from 'node:path'
import type { Address } from '../base/address.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { readYaml, type YamlRead } from '../engine/blueprint/read-yaml.ts'
import type { VarDeclaration, VarType } from '../engine/blueprint/vars.ts'
import { workspaceSchema } from '../engine/blueprint/workspace-schema.ts'
import { policySchema } from '../engine/policy/policy-schema.ts'
import { POLICY_FILE } from '../workspace/policy-file.ts'
import { isTestFile, readSettings } from '../workspace/read.ts'
import { openWorkspace } from '../workspace.ts'
import type { Known, KnownService } from './known.ts'
import { blueprintLanguage, type Language, schemaLanguage } from './meaning.ts'
import type { Schema } from './vocabulary.ts'

export interface ProjectOptions {
  readonly root: string
  readonly environment?: string | undefined
  readonly legacy?: boolean | undefined
}

/** Contacts no node and writes no state. */
export class Project {
  readonly root: string
  /** By absolute path. */
  readonly unsaved = new Map<string, string>()
  readonly #options: ProjectOptions
  readonly #read = new Map<string, { readonly text: string; readonly legacy: boolean; readonly read: YamlRead }>()
  #known: Known = { templates: new Map(), services: new Map(), vars: {}, env: [], secrets: [] }

  constructor(options: ProjectOptions) {
    this.root = options.root
    this.#options = options
  }

  /** The names of the last check. */
  get known(): Known {
    return this.#known
  }

  /** Reads the workspace as `ays validate` does: every problem of every file. */
  async check(): Promise<readonly Problem[]> {
    const { root, environment, legacy } = this.#options
    const sources = { unsaved: this.unsaved, readYaml: this.#readYaml }
    try {
      const workspace = await openWorkspace({
        folder: root,
        sources,
        ...(environment === undefined ? {} : { environment }),
        ...(legacy ? { legacy } : {}),
      })
      try {
        const { graph, problems } = await workspace.validate()
        const { file } = readSettings(root, sources)
        this.#known = {
          templates: new Map(workspace.templates().map((template) => [template.name, template])),
          services: this.#withUnreadable(graph.services),
          vars: file.vars,
          env: file.env,
          secrets: Object.keys(file.secrets),
        }
        return problems
      } finally {
        await workspace.close()
      }
    } catch (error) {
      if (error instanceof ProblemsError) return error.problems
      throw error
    }
  }

  /** What a file of the workspace is written in; undefined for what is none of ays's languages. */
  languageOf(path: string): Language | undefined {
    const [folder, name, ...deeper] = relative(this.root, path).split(sep)
    if (folder === 'ays.yaml' && name === undefined) return schemaLanguage(workspaceSchema as Schema)
    if (folder === POLICY_FILE && name === undefined) return schemaLanguage(policySchema as Schema)
    if (name === undefined || deeper.length > 0) return undefined
    if (folder === 'blueprints' && !isTestFile(name)) return blueprintLanguage(this.#known.templates)
    return folder === 'vars' ? schemaLanguage(varsSchema(this.#known.vars)) : undefined
  }

  /** Where the file of a place lies. What every workspace has is told at the file that makes it one. */
  pathOf(file: string): string {
    return resolve(this.root, file === 'ays' ? 'ays.yaml' : file)
  }

  /** While a file is no YAML (someone is typing), its services are those of before. */
  #withUnreadable(services: ReadonlyMap<Address, KnownService>): ReadonlyMap<Address, KnownService> {
    const unreadable = [...this.#known.services.values()].filter(
      ({ address, at }) => !services.has(address) && this.#read.get(at.file)?.read.broken,
    )
    return unreadable.length === 0
      ? services
      : new Map([...unreadable.map((one) => [one.address, one] as const), ...services])
  }

  #readYaml: typeof readYaml = (file, options = {}) => {
    const legacy = options.legacy ?? false
    const former = this.#read.get(file.path)
    if (former?.text === file.text && former.legacy === legacy) return former.read
    const read = readYaml(file, options)
    this.#read.set(file.path, { text: file.text, legacy, read })
    return read
  }
}

/** A file of variables holds those that ays.yaml declares. */
function varsSchema(vars: Readonly<Record<string, VarDeclaration>>): Schema {
  const properties = Object.entries(vars).map(([name, { type, default: value, description }]): [string, Schema] => [
    name,
    {
      type: TYPES[type],
      ...(value === undefined ? {} : { default: value }),
      ...(description === undefined ? {} : { description }),
    },
  ])
  return { type: 'object', properties: Object.fromEntries(properties) }
}

const TYPES: Readonly<Record<VarType, string>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  map: 'object',
}
