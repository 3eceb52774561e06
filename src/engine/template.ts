import type { Static, TObject } from 'typebox'
import type { Address } from '../base/address.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { LaterType } from '../base/later.ts'
import type { Secret } from '../base/secret.ts'
import type { Declaration, Entry, WaitingFields } from './blueprint/declaration.ts'
import type { Connection } from './connection.ts'
import type { Facts } from './facts.ts'
import type { Kind } from './kind.ts'
import type { AnyTask } from './task.ts'

/** What a template may read of another service: the one it lives on, or one it consumes. */
export interface Peer<Data = JsonObject> {
  readonly address: Address
  readonly template: string
  readonly name: string
  readonly slug: string
  readonly data: Data
  readonly allocated: JsonObject
  readonly outputs: JsonObject
}

/** A link to other services, by their templates or roles. */
export interface Link<Target extends AnyTemplate = AnyTemplate> {
  /** Roles or whole template names that fit. */
  readonly to: readonly string[]
  /** Fewest and most; parent links have at most one. `max` 0 is no limit. */
  readonly min: number
  readonly max: number
  /** Creates what is missing as `auto_<role>`. */
  readonly auto: boolean
  readonly description?: string
  /** Only a type: what the peers' data look like. */
  readonly __target?: Target
}

type DataOf<T> = T extends { readonly data: infer S } ? (S extends TObject ? Static<S> : JsonObject) : JsonObject
type PeerOf<L> = L extends Link<infer T> ? Peer<DataOf<T>> : never

/** What every function of a template is given. All of it is data; equal contexts give equal results. */
export interface Context<
  Data = JsonObject,
  Parent = Peer | undefined,
  Peers = Readonly<Record<string, readonly Peer[]>>,
> {
  readonly address: Address
  readonly name: string
  /** The name on nodes: ASCII, at most 32 characters, kept through renames. */
  readonly slug: string
  readonly data: Data
  readonly parent: Parent
  /** Consumed services by link name. */
  readonly peers: Peers
  /** The node it lives on (itself, for a node). */
  readonly node: Peer
  /** Undefined until the node was seen. */
  readonly facts: Facts | undefined
  readonly allocated: JsonObject
  readonly workspace: WorkspaceIdentity
  /** A secret that is the same in every run of this workspace: 32 bytes, hex. `purpose` tells several apart. */
  derived(purpose: string): Secret
}

export interface WorkspaceIdentity {
  /** The workspace's uuid, from ays.yaml. */
  readonly id: string
  /** 8 hex digits, the same for every run on this state and different for any other: names things on shared machines. */
  readonly tag: string
  /** What the controller's own machine is. Absent: not known, which refuses nothing. */
  readonly host?: { readonly linux: boolean; readonly root: boolean }
  /** Where ays's own programs lie on the controller's machine: a Node.js, and the package proxy of labs (dist/lab-proxy.js). */
  readonly program?: { readonly node: string; readonly proxy: string }
}

/** Picks and keeps choices. Called in address order over the whole graph. */
export interface AllocateContext<
  Data = JsonObject,
  Parent = Peer | undefined,
  Peers = Readonly<Record<string, readonly Peer[]>>,
> extends Omit<Context<Data, Parent, Peers>, 'allocated'> {
  /**
   * The value kept from earlier runs, else the wish, else the first candidate free in the pool.
   * A pool is a name such as `tcp@node/n1`; a value is given once per pool. A wish that differs from what was kept wins.
   */
  take<Value extends string | number>(
    pool: string,
    choice: string,
    options: { readonly wish?: Value | undefined; readonly from: Iterable<Value> },
  ): Value
}

/** A service that a template declares for its own need. An explicit one of that address takes its place. */
export interface Derived {
  readonly template: string
  readonly name: string
  readonly data: Readonly<Record<string, Json | Secret | undefined>>
  /** Instead of data, where a file declares it: fields with their places, which may read other services. */
  readonly declared?: Pick<Declaration, 'fields' | 'steer' | 'at'>
}

/** What a service is to the template that declares others for it: nothing that is known only later. */
export interface OwnView<Data = JsonObject> {
  readonly name: string
  readonly address: Address
  readonly data: Data
  /** As they are named. */
  readonly links: Readonly<Record<string, readonly string[]>>
  /** Fields of the data that wait for outputs of others. */
  readonly waiting?: WaitingFields
}

/** Outputs as a file declares them: with their places, and able to read other services. */
export interface DeclaredOutputs {
  readonly names: readonly string[]
  /** Throws ProblemsError. */
  of(ctx: OwnView): readonly Entry[]
}

/** An action of a template besides the lifecycle: what `ays action NAME` does. */
export interface TemplateAction {
  readonly summary: string
  /** Arguments as a schema; `--arg k=v` is read by it. */
  readonly args?: TObject
  /** Actions of the same service that must be ok before; `start` when absent. */
  readonly requires?: readonly string[]
  /** How long its commands may show no sign of life, where their kinds do not say; 50 minutes, or `limits.timeout`. */
  readonly timeoutMs?: number
  /** What is done, as things that are wanted once: mostly a `command`. Equal arguments are done once, unless forced. */
  tasks(ctx: Context & { readonly args: JsonObject }): readonly AnyTask[]
}

/** What an output is: for the reference, for editors, and for plans in which it is not known yet. */
export interface OutputSpec {
  /** One line. */
  readonly description: string
  readonly type: Exclude<LaterType, 'any'>
  /** Only a look at its own things gives it: known once they were found in place. Absent: every plan knows it. */
  readonly known?: 'once found'
}

/** What the look at a thing of the service shows, or will show when this plan is applied; undefined: not known yet. */
export type FindOwn = <Found>(kind: Pick<Kind<never, Found>, 'name' | 'bare'>, thing: string) => Found | undefined

export interface Health {
  readonly state: 'ok' | 'warning' | 'error'
  readonly why?: string
}

export interface TemplateSpec<
  Schema extends TObject = TObject,
  P extends Link | undefined = Link | undefined,
  C extends Readonly<Record<string, Link>> = Readonly<Record<string, Link>>,
> {
  /** `storagecluster.block`; the role is the part before the first dot. */
  readonly name: string
  /** One line for lists. */
  readonly summary: string
  /** Markdown for the reference page. */
  readonly description?: string
  readonly data: Schema
  readonly parent?: P
  readonly consumes?: C
  /** From data alone, never from facts or outputs, so that every plan is complete. */
  derive?(ctx: OwnView<Static<Schema>>): readonly Derived[]
  allocate?(ctx: AllocateContext<Static<Schema>, ParentOf<P>, PeersOf<C>>): JsonObject
  /** What is wanted while it is installed, in the order of work. */
  tasks?(ctx: Context<Static<Schema>, ParentOf<P>, PeersOf<C>>): readonly AnyTask[]
  /** What is wanted besides while it runs. */
  running?(
    ctx: Context<Static<Schema>, ParentOf<P>, PeersOf<C>> & { readonly tasks: readonly AnyTask[] },
  ): readonly AnyTask[]
  outputs?(
    ctx: Omit<Context<Static<Schema>, ParentOf<P>, PeersOf<C>>, 'node'> & {
      readonly node: Peer | undefined
      readonly found: FindOwn
    },
  ): Readonly<Record<string, Json | Secret | undefined>>
  /** Instead of `outputs`, where a file declares them. */
  readonly declaredOutputs?: DeclaredOutputs
  /** Its outputs by name. Those known `once found` are known only after apply while `outputs` gives undefined for them. */
  readonly gives?: Readonly<Record<string, OutputSpec>>
  /** Actions besides the lifecycle, by name. */
  readonly actions?: Readonly<Record<string, TemplateAction>>
  /** For nodes: how to reach them. */
  connection?(ctx: Omit<Context<Static<Schema>, ParentOf<P>, PeersOf<C>>, 'node'>): Connection
  /** Where its tasks run: `self` (the default) is the node it lives on, `local` the controller's own machine. */
  readonly on?: 'self' | 'local'
  /** A node that is made and taken away whole: what lives on it goes with it, without commands. */
  readonly disposable?: boolean
  /** It stands when what it derives stands: what waits for it waits for those too. */
  readonly whole?: boolean
  /** Its file has mistakes, which are told: services of it are not judged. */
  readonly broken?: boolean
  /** Known, but not built yet: using it is refused with this reason. */
  readonly unbuilt?: string
}

type ParentOf<P> = P extends Link ? (P['min'] extends 0 ? PeerOf<P> | undefined : PeerOf<P>) : undefined
type PeersOf<C> = { readonly [K in keyof C]: readonly PeerOf<C[K]>[] }

/** A template as tables hold it, its types forgotten. */
export interface AnyTemplate extends TemplateSpec<TObject, Link | undefined, Readonly<Record<string, Link>>> {}

/** Checks the shape at compile time and gives the template with its types, for links of others. */
export function defineTemplate<
  Schema extends TObject,
  const P extends Link | undefined = undefined,
  const C extends Readonly<Record<string, Link>> = Record<never, Link>,
>(spec: TemplateSpec<Schema, P, C>): TemplateSpec<Schema, P, C> {
  return spec
}

type LinkOptions = { readonly description?: string; readonly auto?: boolean }

/** Exactly one of these templates (values) or roles (names). */
export function oneOf<const T extends readonly (AnyTemplate | string)[]>(
  to: T,
  options: LinkOptions = {},
): Link<TemplatesIn<T>> & { readonly min: 1; readonly max: 1 } {
  return {
    to: namesOf(to),
    min: 1,
    max: 1,
    auto: options.auto ?? false,
    ...(options.description ? { description: options.description } : {}),
  }
}

/** At most one. */
export function optionalOf<const T extends readonly (AnyTemplate | string)[]>(
  to: T,
  options: LinkOptions = {},
): Link<TemplatesIn<T>> & { readonly min: 0; readonly max: 1 } {
  return {
    to: namesOf(to),
    min: 0,
    max: 1,
    auto: options.auto ?? false,
    ...(options.description ? { description: options.description } : {}),
  }
}

/** From `min` to `max` (0: no limit). */
export function manyOf<const T extends readonly (AnyTemplate | string)[]>(
  to: T,
  options: LinkOptions & { readonly min?: number; readonly max?: number } = {},
): Link<TemplatesIn<T>> {
  return {
    to: namesOf(to),
    min: options.min ?? 0,
    max: options.max ?? 0,
    auto: options.auto ?? false,
    ...(options.description ? { description: options.description } : {}),
  }
}

type TemplatesIn<T extends readonly (AnyTemplate | string)[]> =
  Extract<T[number], AnyTemplate> extends never ? AnyTemplate : Extract<T[number], AnyTemplate>
const namesOf = (to: readonly (AnyTemplate | string)[]): string[] =>
  to.map((one) => (typeof one === 'string' ? one : one.name))
