/** `role/name`: how a service is addressed. AYS wrote `role!name`; that is read everywhere and printed nowhere. */
export type Address = string & { readonly __address: true }

/** The part of a template's name before its first dot: `storagecluster.block` → `storagecluster`. */
export function roleOf(template: string): string {
  const dot = template.indexOf('.')
  return dot < 0 ? template : template.slice(0, dot)
}

export const addressOf = (role: string, name: string): Address => `${roleOf(role)}/${name}` as Address

/** Reads `role/name`, `role!name` or `template!name`; undefined when it is neither. */
export function tryReadAddress(text: string): Address | undefined {
  const found = /^([^!/\s]+)[!/](.+)$/u.exec(text.trim())
  return found?.[1] && found[2] ? addressOf(found[1], found[2]) : undefined
}

export const roleOfAddress = (address: Address): string => address.slice(0, address.indexOf('/'))
export const nameOfAddress = (address: Address): string => address.slice(address.indexOf('/') + 1)

/** The controller's own machine, which every workspace has. */
export const LOCAL: Address = addressOf('node', 'local')
