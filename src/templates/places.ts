/** Where services live: links that most templates share. */
import { oneOf } from '../engine/template.ts'

/** A node, or the operating system on it, as AYS wrote it. */
export const onNode = oneOf(['node', 'os'], { description: 'The node it lives on.' })
