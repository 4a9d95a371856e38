import manifest from '../package.json' with { type: 'json' }

/** Of this software, as its package says. */
export const VERSION: string = manifest.version
