/** Which ays this is. */
import manifest from '../../package.json' with { type: 'json' }

/** Of package.json: `1.4.2`. */
export const VERSION: string = manifest.version
