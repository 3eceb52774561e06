// What both kinds of answers share: something listens and speaks, from the node's own point of view.
import type { Command, FieldChange } from '../../engine/kind.ts'

/** Where something should answer, from the node: a unix socket, or a host and port. */
export type Where = { readonly socket: string } | { readonly host: string; readonly port: number }

/** `unix` and a path, or `tcp`, host and port, as words for programs: always three. */
export const whereWords = (where: Where): string[] =>
  'socket' in where ? ['unix', where.socket, '-'] : ['tcp', where.host, String(where.port)]

/** For people and in things. */
export const showWhere = (where: Where): string => ('socket' in where ? where.socket : `${where.host}:${where.port}`)

/** The one change there is. */
export const silent = (where: Where): FieldChange => ({
  path: 'answers',
  from: false,
  to: `at ${showWhere(where)}`,
  how: 'in place',
})

/**
 * What is silent cannot be made to answer here: the unit before it does that. So the command only waits while the
 * program comes up; if nothing answers in time, it fails and says what the last try met.
 */
export const waitCommand = (title: string, script: string, where: Where): Command => ({
  title,
  run: { script, args: [...whereWords(where), String(PATIENCE_MS / 100)] },
  slow: true,
  timeoutMs: PATIENCE_MS + 30_000,
})

const PATIENCE_MS = 30_000
