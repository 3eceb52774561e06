/** Lets templates of a workspace `import … from 'ays'`: they get the very library that runs, wherever it is installed. */
import * as nodeModule from 'node:module'
import { distFolder } from './dist-folder.ts'

let done = false

/** Takes effect for every import that comes after it in this process. Calling it again does nothing. */
export function letTemplatesImportAys(): void {
  if (done) return
  done = true
  const library = new URL('index.js', distFolder()).href
  const hooks = nodeModule as Partial<SyncHooks> // newer than the types that this is compiled with
  if (hooks.registerHooks) {
    hooks.registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'ays' ? { url: library, shortCircuit: true } : next(specifier, context),
    })
    return
  }
  // Node 20: hooks run on a thread of their own, and are a module themselves.
  nodeModule.register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: library })
}

type Resolved = { readonly url: string; readonly shortCircuit?: boolean }
interface SyncHooks {
  registerHooks(hooks: {
    resolve(specifier: string, context: object, next: (specifier: string, context: object) => Resolved): Resolved
  }): unknown
}

const HOOKS = `
let library
export const initialize = (data) => { library = data }
export const resolve = (specifier, context, next) =>
  specifier === 'ays' ? { url: library, shortCircuit: true } : next(specifier, context)
`
