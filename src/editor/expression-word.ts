/** The word at an offset of an expression: a service, a name under vars, env or secrets, or one of these roots. */
import { roots } from './vocabulary.ts'

export type ExpressionWord =
  | { readonly type: 'service'; readonly address: string }
  | { readonly type: 'name'; readonly root: string; readonly name: string }
  | { readonly type: 'root'; readonly root: string }

export function wordInExpression(source: string, offset: number): ExpressionWord | undefined {
  for (const found of source.matchAll(
    /services\s*\[\s*(["'])(.*?)\1\s*\]|\b(vars|env|secrets)\.([A-Za-z_][A-Za-z0-9_]*)|\b([a-z]+)\b/g,
  )) {
    if (offset < found.index || offset > found.index + found[0].length) continue
    const [, , address, root, name, word] = found
    if (address !== undefined) return { type: 'service', address }
    if (root !== undefined && name !== undefined) return { type: 'name', root, name }
    return word !== undefined && Object.hasOwn(roots, word) ? { type: 'root', root: word } : undefined
  }
  return undefined
}
