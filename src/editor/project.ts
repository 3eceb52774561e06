/** A workspace as an editor has it open: unsaved text counts, and only files that changed are read again. */
import { join } from 'node:path'
import type { Address } from '../base/address.ts'
import { type Problem, ProblemsError } from '../base/problem.ts'
import { readYaml, type YamlRead } from '../engine/blueprint/read-yaml.ts'
import { readSettings } from '../workspace/read.ts'
import { openWorkspace } from '../workspace.ts'
import type { Known, KnownService } from './known.ts'

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

  /** Where a file of a problem lies. */
  pathOf(file: string): string {
    return join(this.root, file)
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
