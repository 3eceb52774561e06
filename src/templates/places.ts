/** Where services live: links that most templates share. */
import { oneOf } from '../engine/template.ts'

/** A node, or the operating system on it, as AYS wrote it. */
export const onNode = oneOf(['node', 'os'], { description: 'The node it lives on.' })

/** Addresses that a redis listens on, with spaces; one with `-` before it may be missing. */
export const listenOn = {
  pattern:
    '^(?:-(?=[0-9a-f:*]))?[A-Za-z0-9.:*%_][A-Za-z0-9.:*%_-]*(?: (?:-(?=[0-9a-f:*]))?[A-Za-z0-9.:*%_][A-Za-z0-9.:*%_-]*)*$',
}
