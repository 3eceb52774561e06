/** Which ays this is. */
import { existsSync, readFileSync } from 'node:fs'

/** Of the nearest package.json above the program: `1.4.2`; `0` where there is none. */
export const VERSION: string = versionAbove(new URL('.', import.meta.url))

function versionAbove(folder: URL): string {
  const file = new URL('package.json', folder)
  if (existsSync(file)) {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : ''
    return typeof version === 'string' && version !== '' ? version : '0'
  }
  const above = new URL('..', folder)
  return above.href === folder.href ? '0' : versionAbove(above)
}
