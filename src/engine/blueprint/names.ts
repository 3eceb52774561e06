/** The names of services and templates, and the spellings of fields. */

/** Splits `template__name` at the first `__`; undefined without one. */
export function splitServiceKey(key: string): { readonly template: string; readonly name: string } | undefined {
  const at = key.indexOf('__')
  return at < 0 ? undefined : { template: templateName(key.slice(0, at)), name: key.slice(at + 2) }
}

/** 0-robot's `github.com/org/repo/name/version` means `name`; anything else means itself. */
export function templateName(text: string): string {
  return /^[^/]+\/[^/]+\/[^/]+\/([^/]+)\/[^/]+$/.exec(text)?.[1] ?? text
}

/** Whether letters and digits (of any script) remain without `-`, `_` and `.`, and nothing else. */
export function isName(text: string): boolean {
  return /^[\p{L}\p{N}]+$/u.test(text.replaceAll(/[-_.]/g, ''))
}

/** The one spelling of a field: `max.memory`, `max_memory` and `maxMemory` are `maxMemory`. */
export function fieldName(key: string): string {
  if (!/[._]/.test(key)) return key
  const [first = '', ...rest] = key.split(/[._]+/).filter((part) => part !== '')
  return first === '' ? key : first + rest.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')
}
