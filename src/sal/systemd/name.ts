// How units are named: `redis` is redis.service, and what has another suffix keeps it.

/** The full name of a unit. */
export const unitFullName = (name: string): string =>
  /\.(service|socket|timer|mount|automount|target|path|slice|swap|device|scope)$/.test(name) ? name : `${name}.service`

/** The short name that things bear: without `.service`. */
export const unitShortName = (name: string): string => unitFullName(name).replace(/\.service$/, '')

/** Where ays writes unit files. */
export const unitPath = (name: string): string => `/etc/systemd/system/${unitFullName(name)}`
