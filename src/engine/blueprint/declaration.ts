import type { Address } from '../../base/address.ts'
import type { Json } from '../../base/json.ts'
import type { Later } from '../../base/later.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Secret } from '../../base/secret.ts'
import type { Known } from './cel-values.ts'
import type { ServiceReadings } from './service-reading.ts'

/** A value with its place; maps and lists keep the places of what they hold. */
export type Value =
  | { readonly type: 'scalar'; readonly value: null | boolean | number | string | Secret | Later; readonly at: Place }
  | { readonly type: 'list'; readonly items: readonly Value[]; readonly at: Place }
  | {
      readonly type: 'map'
      readonly entries: readonly Entry[]
      readonly at: Place
      /** Entries whose key stands above already: no data, but their mistakes are told too. */
      readonly shadowed?: readonly Entry[]
    }
  | ExpressionValue

/** Text with `${…}` that reads other services: kept until they are known, then `resolveExpression` evaluates it. */
export interface ExpressionValue {
  readonly type: 'expression'
  /** The text as it stands in the file. */
  readonly source: string
  /** Literal text between the expressions; a single expression part keeps the type of its value. */
  readonly parts: readonly (string | ExpressionPart)[]
  /** The services it reads: each is a dependency. */
  readonly refersTo: readonly Reference[]
  /** What else it may read, as it was where it stands (`each` differs from service to service). */
  readonly scope: Scope
  readonly at: Place
}

/** One `${…}`. */
export interface ExpressionPart {
  /** CEL, without `${` and `}`. */
  readonly source: string
  readonly at: Place
}

export interface Reference {
  readonly address: Address
  readonly at: Place
}

/** What expressions may read besides services. */
export interface Scope {
  readonly vars: Readonly<Record<string, Json | Secret>>
  /** Names that the workspace allows; undefined where the environment does not set one. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** undefined: no source of the workspace gives it. */
  secret(name: string): Secret | undefined
  /** Why there is no such secret, and the way out; undefined where nothing more can be said. */
  missingSecret?(name: string): { readonly reason: string; readonly hint: string } | undefined
  /** A text file of the workspace, for `file("…")`; the reason when it cannot be read. */
  readFile(path: string): { readonly text: string } | { readonly reason: string }
  /** Only in the template of a composition: the service that is composed. */
  readonly own?: OwnScope
  /** Only under `$each`. */
  readonly each?: { readonly key: Json; readonly value: Json | Secret | Later }
}

/** What a composition's expressions know of the service: `data`, `name`, `parent` and `links`. */
export interface OwnScope {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
  /** The parent as it is named; '' where none is, which names nothing in its turn. */
  readonly parent: string
  /** Services by link, as they are named. */
  readonly links: Readonly<Record<string, readonly string[]>>
  /** Fields of `data` that wait for outputs of others: what reads them waits too. */
  readonly waiting?: WaitingFields
}

/** By name. A field that waits refuses to be read where it must be known at once. */
export type WaitingFields = ReadonlyMap<string, WaitingField>

export interface WaitingField {
  readonly refersTo: readonly Reference[]
  /** Its data, with what is known of services. */
  resolve(services: ServiceReadings): PartResult
}

/** What became of an expression. */
export type PartResult =
  | { readonly state: 'known'; readonly data: Known }
  | { readonly state: 'later'; readonly waitsFor: readonly Address[] }
  | { readonly state: 'problem'; readonly problem: Problem }

export interface Entry {
  readonly key: string
  readonly keyAt: Place
  readonly value: Value
}

/** `<template>__<name>:` as it was read, before templates are known. */
export interface Declaration {
  readonly template: string
  readonly name: string
  readonly address: Address
  /** The key. */
  readonly at: Place
  /** Its fields in the order of the file, `$` keys excluded. */
  readonly fields: readonly Entry[]
  readonly steer: Steer
  /** Fields with a mistake that is told already (they hold null there): not to be judged again. */
  readonly faulty?: readonly string[]
  /** The service whose template declared it, when no person did. */
  readonly derivedBy?: Address
}

/** The `$` keys. */
export interface Steer {
  readonly after: readonly { readonly address: string; readonly at: Place }[]
  readonly protect: boolean
  readonly moved?: { readonly address: string; readonly at: Place }
  readonly heal: boolean
  readonly ignore: readonly string[]
  /** The same as written, with their places. */
  readonly ignoreAt?: readonly { readonly text: string; readonly at: Place }[]
  readonly timeoutMs?: number
  readonly retriesMs?: readonly number[]
  readonly tags: readonly string[]
}

/** An entry under `actions:`: read and checked with the rest. */
export interface ActionRequest {
  readonly actions: readonly string[]
  /** Where they are named. */
  readonly actionsAt?: Place
  /** Selectors: regular expressions, matched whole. */
  readonly actor?: string
  readonly actorAt?: Place
  readonly service?: string
  readonly serviceAt?: Place
  readonly recurringMs?: number
  /** When, as cron writes it; instead of `recurringMs`. */
  readonly cron?: string
  readonly force: boolean
  readonly args: Json
  /** The same with their places; undefined where they have a mistake that is told already. */
  readonly argsGiven?: readonly Entry[]
  readonly at: Place
}

/** All blueprints of a workspace, read. */
export interface Blueprint {
  readonly declarations: readonly Declaration[]
  readonly actions: readonly ActionRequest[]
  /** Addresses whose declaration a mistake kept from being read: a link to one of them is not a mistake of its own. */
  readonly unread?: readonly Address[]
  /** Declarations whose address another one has, which is told: they declare nothing, but their mistakes are told too. */
  readonly shadowed?: readonly Declaration[]
}
