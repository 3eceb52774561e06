/** What a workspace declares: read and linked once, assembled with what is known, and the way to each of its nodes. */
import { resolve } from 'node:path'
import type { Address } from '../base/address.ts'
import { type Problem, sortProblems, throwProblems } from '../base/problem.ts'
import type { Secret } from '../base/secret.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import type { Connection } from '../engine/connection.ts'
import type { Facts } from '../engine/facts.ts'
import type { BoundAction } from '../engine/graph/actions.ts'
import type { Built } from '../engine/graph/build.ts'
import type { Shown } from '../engine/graph/context.ts'
import type { Policy } from '../engine/policy/policy.ts'
import type { AnyTemplate } from '../engine/template.ts'
import type { Memory } from '../store/store.ts'
import { type Assembly, assemble, connectionOf, link } from './assemble.ts'
import type { WorkspaceOptions } from './contract.ts'
import { Nodes } from './nodes.ts'
import { policyOf } from './policy-file.ts'
import { readWorkspace, type WorkspaceRead } from './read.ts'
import { Roads } from './roads.ts'
import type { Secrets } from './secrets.ts'
import type { OpenSession } from './session.ts'
import type { SourceNotes } from './source-digests.ts'
/** The blueprints as they were read and linked, once per command. */
export interface ReadState {
  readonly built: Built
  readonly bound: readonly BoundAction[]
  readonly disabled: ReadonlySet<Address>
  readonly conditions: WorkspaceRead['conditions']
  readonly asleep: WorkspaceRead['asleep']
  readonly origins: WorkspaceRead['origins']
  /** Declared with a mistake that keeps them from being read. */
  readonly unread: readonly Address[]
  readonly notes: SourceNotes
  readonly policy: Policy
  readonly problems: readonly Problem[]
}

export interface DeclaredOptions {
  readonly root: string
  /** Where policy.yaml is: the workspace itself, also when it is laid out as it was. */
  readonly policyRoot: string
  readonly environment: string
  readonly options: WorkspaceOptions
  readonly settings: WorkspaceFile
  readonly settingsProblems: readonly Problem[]
  readonly session: OpenSession
  readonly templates: readonly AnyTemplate[]
}

export class Declared {
  readonly #root: string
  readonly #policyRoot: string
  readonly #environment: string
  readonly #options: WorkspaceOptions
  readonly #settings: WorkspaceFile
  readonly #settingsProblems: readonly Problem[]
  readonly #session: OpenSession
  readonly #templates: readonly AnyTemplate[]
  /** Absent: an age file of secrets is closed. */
  secrets: Secrets | undefined
  readonly #roads: Roads
  #read: ReadState | undefined

  constructor(of: DeclaredOptions) {
    this.#root = of.root
    this.#policyRoot = of.policyRoot
    this.#environment = of.environment
    this.#options = of.options
    this.#settings = of.settings
    this.#settingsProblems = of.settingsProblems
    this.#session = of.session
    this.#templates = of.templates
    this.#roads = of.options.roads ?? new Roads()
  }

  /** Reads and links everything, once. What `$ignore` keeps is taken from what is `stored`, else from the state. */
  read(stored?: Memory): ReadState {
    if (this.#read) return this.#read
    const { vars = {}, files, legacy = false } = this.#options
    const options = {
      root: this.#root,
      environment: this.#environment,
      vars,
      legacy,
      simulate: this.#options.simulate,
      sources: this.#options.sources,
      secrets: this.secrets,
      ...(files ? { files: files.map((file) => resolve(file)) } : {}),
    }
    const read = readWorkspace(options, this.#settings, this.#session.sealer)
    let services = stored?.services // else read only where something is ignored
    const { built, bound } = link(read.blueprint, this.#templates, {
      legacy,
      reading: read.problems,
      keptFields: (address) => {
        services ??= this.#session.store.memory().services
        return services.get(address)?.ignored
      },
    })
    const { sources } = this.#options
    const { policy, problems: ruleProblems } = policyOf(this.#policyRoot, { sources, notes: read.notes })
    const problems = sortProblems([...this.#settingsProblems, ...read.problems, ...built.problems, ...ruleProblems])
    const { disabled, conditions, asleep, origins, notes } = read
    const { unread = [] } = read.blueprint
    this.#read = { built, bound, disabled, conditions, asleep, origins, unread, notes, policy, problems }
    return this.#read
  }

  /** The assembly, or all problems at once. */
  sound(memory = this.#session.store.memory(), facts?: (node: Address) => Facts | undefined, shown?: Shown): Assembly {
    const read = this.read()
    throwProblems(read.problems)
    const assembly = this.assemble(memory, facts ?? ((node) => memory.nodes.get(node)?.facts), shown)
    throwProblems([...read.problems, ...assembly.problems])
    return assembly
  }

  assemble(memory: Memory, facts: (node: Address) => Facts | undefined, shown?: Shown): Assembly {
    const { identity } = this.#session
    const derived = (address: Address, purpose: string): Secret => this.#session.derived(address, purpose)
    return assemble(this.read().built, memory, {
      ...{ facts, derived, workspace: identity },
      ...(shown ? { shown } : {}),
    })
  }

  connection(assembly: Assembly, node: Address): Connection | undefined {
    const connection = connectionOf(assembly, node)
    return connection?.road === 'ssh' && this.#options.acceptNewHostKeys
      ? { ...connection, acceptNewHostKey: true }
      : connection
  }

  newNodes(assembly: Assembly | (() => Assembly)): Nodes {
    const current = typeof assembly === 'function' ? assembly : () => assembly
    return new Nodes({
      // A node that is no longer declared is reached as it was last time. Sealed secrets open no door; then it is out of reach.
      connection: (node) =>
        this.connection(current(), node) ??
        (this.#session.store.memory().nodes.get(node)?.connection as Connection | undefined),
      open: (node, connection) =>
        this.#roads.open(node, { connection, tag: this.#session.identity.tag }, () =>
          this.#session.open(node, connection),
        ),
      reset: (node) => this.#roads.reset(node),
    })
  }

  /** The roads to all nodes, without a plan. */
  anyNodes(): Nodes {
    return this.newNodes(this.sound())
  }

  async close(): Promise<void> {
    if (!this.#options.roads) await this.#roads.close()
  }
}
