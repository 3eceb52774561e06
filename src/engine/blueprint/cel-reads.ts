/** What an expression reads, found in its tree without evaluating it. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { MATCHES } from './cel-limits.ts'

/** A name that an expression reads of `vars`, `env` or `secrets`; offsets in its source. */
export interface NameRead {
  readonly root: 'vars' | 'env' | 'secrets'
  readonly name: string
  readonly start: number
  readonly end: number
}

/** `services[…]`: the source of what stands in the brackets, and its text when that is a literal. */
export interface ServiceRead {
  readonly index: string
  readonly literal?: string
  readonly start: number
  readonly end: number
}

/** What was found so far. */
export interface Found {
  readonly names: NameRead[]
  readonly services: ServiceRead[]
  /** Fields that are read of `data`, which a composition knows. */
  readonly fields: string[]
  usesEach: boolean
  readonly nodes: ASTNode[]
}

/** A root that stands in a way that cannot be followed; offsets in the source. */
export interface Unfollowed {
  readonly reason: string
  readonly start: number
  readonly end: number
}

/** Walks the tree for what it reads; a fault where a root stands in a way that cannot be followed. */
export function visit(node: ASTNode, source: string, found: Found): Unfollowed | undefined {
  const { start, end } = node
  found.nodes.push(node)
  // The library's own `matches` backtracks.
  if (node.op === 'rcall' && node.args[0] === 'matches') node.args[0] = MATCHES
  if (node.op === 'id') {
    if (node.args === 'each') found.usesEach = true
    if (node.args === 'services')
      return { reason: 'services takes an address in brackets: services["role/name"]', start, end }
    if (node.args === 'secrets') return { reason: 'secrets takes a name: secrets.name', start, end }
    return undefined
  }
  if ((node.op === '.' || node.op === '[]') && node.args[0].op === 'id') {
    const root = node.args[0].args
    const inside = node.args[1]
    const name =
      typeof inside === 'string'
        ? inside
        : inside.op === 'value' && typeof inside.args === 'string'
          ? inside.args
          : undefined
    if (root === 'data' && name !== undefined) found.fields.push(name)
    if (root === 'services' && typeof inside !== 'string') {
      found.services.push({
        index: source.slice(inside.start, inside.end),
        ...(name === undefined ? {} : { literal: name }),
        start,
        end,
      })
      return name === undefined ? visit(inside, source, found) : undefined
    }
    if ((root === 'vars' || root === 'env' || root === 'secrets') && name !== undefined) {
      found.names.push({ root, name, start, end })
      return undefined
    }
  }
  for (const child of childrenOf(node.args)) {
    const fault = visit(child, source, found)
    if (fault) return fault
  }
  return undefined
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  // The parser's nodes are the only objects with an operator among the arguments.
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}
