/** A project with an editor behind it: checked a moment after the last edit, and what is found is published. */
import { pathToFileURL } from 'node:url'
import type { Connection, Diagnostic } from 'vscode-languageserver/node'
import type { Clock } from '../base/clock.ts'
import type { Known } from './known.ts'
import { diagnosticOf } from './lsp-words.ts'
import type { Language } from './meaning.ts'
import { Project, type ProjectOptions } from './project.ts'

export interface OpenProjectOptions extends ProjectOptions {
  readonly connection: Pick<Connection, 'sendDiagnostics' | 'console'>
  readonly clock: Clock
}

export class OpenProject {
  readonly #project: Project
  readonly #connection: OpenProjectOptions['connection']
  readonly #clock: Clock
  /** URIs of files that have diagnostics in the editor. */
  #marked: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  #checked = false
  #again = false
  #tookMs = 0

  constructor(options: OpenProjectOptions) {
    this.#project = new Project(options)
    this.#connection = options.connection
    this.#clock = options.clock
  }

  /** `text` undefined: what is on disk counts again. */
  edit(path: string, text: string | undefined): void {
    if (text === undefined) this.#project.unsaved.delete(path)
    else this.#project.unsaved.set(path, text)
    this.changed()
  }

  /** Something may be different: checks soon. A large workspace waits longer, so that typing stays fluent. */
  changed(): void {
    clearTimeout(this.#timer)
    const waitMs = this.#tookMs <= FLUENT_MS ? WAIT_MIN_MS : Math.min(WAIT_MAX_MS, this.#tookMs / 2)
    this.#timer = setTimeout(() => void this.#check(), waitMs)
  }

  /** The names that exist; waits for the first check only. */
  async known(): Promise<Known> {
    if (!this.#checked) await this.#check()
    return this.#project.known
  }

  languageOf(path: string): Language | undefined {
    return this.#project.languageOf(path)
  }

  pathOf = (file: string): string => this.#project.pathOf(file)

  /** One check at a time; what changes meanwhile is checked after it. */
  async #check(): Promise<void> {
    if (this.#checking) {
      this.#again = true
      return await this.#checking
    }
    this.#checking = this.#checkOnce()
    await this.#checking
    this.#checking = undefined
    if (this.#again) {
      this.#again = false
      this.changed()
    }
  }

  async #checkOnce(): Promise<void> {
    const began = this.#clock.now()
    try {
      const problems = await this.#project.check()
      const found = new Map<string, Diagnostic[]>([...this.#marked].map((uri) => [uri, []]))
      for (const problem of problems) {
        const uri = pathToFileURL(this.pathOf(problem.at?.file ?? 'ays.yaml')).href
        found.set(uri, [...(found.get(uri) ?? []), diagnosticOf(problem, this.pathOf)])
      }
      const sending = [...found].map(([uri, diagnostics]) => this.#connection.sendDiagnostics({ uri, diagnostics }))
      await Promise.all(sending)
      this.#marked = new Set([...found].flatMap(([uri, diagnostics]) => (diagnostics.length > 0 ? [uri] : [])))
    } catch (error) {
      // A bug in reading must not take the editor's server away; its log has the stack.
      this.#connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    this.#checked = true
    this.#tookMs = this.#clock.now() - began
  }
}

/** Checks that take no longer are made after every key that is typed. */
const FLUENT_MS = 100
/** After the last edit. */
const WAIT_MIN_MS = 10
const WAIT_MAX_MS = 1_000
