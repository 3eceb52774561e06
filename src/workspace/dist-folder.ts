/** Where what is built lies. */

/** dist/, from the bundle (whose parts lie in dist/chunks/) and from the sources alike. */
export function distFolder(): URL {
  const here = new URL('.', import.meta.url)
  if (here.pathname.includes('/src/')) return new URL('../../dist/', here)
  return here.pathname.endsWith('/chunks/') ? new URL('..', here) : here
}
