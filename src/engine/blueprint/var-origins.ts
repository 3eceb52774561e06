/** Where the value of each variable comes from: the last source that gives it. */
import type { Place } from '../../base/place.ts'
import { readYaml } from './read-yaml.ts'
import type { VarSources } from './vars.ts'

/** `default`: of ays.yaml · `environment`: of vars/ENVIRONMENT.yaml · `--var`: of the command line, which is no place. */
export interface VarOrigin {
  readonly from: 'default' | 'environment' | '--var'
  readonly at?: Place
}

/** Pure. A variable without a value has no origin. */
export function varOrigins({ declared, environment, given = {} }: VarSources): ReadonlyMap<string, VarOrigin> {
  const origins = new Map<string, VarOrigin>()
  for (const [name, one] of Object.entries(declared))
    if (one.default !== undefined) origins.set(name, { from: 'default', at: one.at })
  for (const document of environment ? readYaml(environment).documents : [])
    for (const { key, value } of document.type === 'map' ? document.entries : [])
      origins.set(key, { from: 'environment', at: value.at })
  for (const name of Object.keys(given)) origins.set(name, { from: '--var' })
  return origins
}
