/** Templates of others for people and machines: what was done, and what is there. */
import { plain } from '../../base/json.ts'
import type { listTemplates, Shelved } from '../../pins/shelf.ts'
import type { Pin } from '../../workspace/template-lock.ts'
import { paletteOf } from './paint.ts'
import { oneLine } from './plain-text.ts'
import { table } from './table.ts'

type Shelf = ReturnType<typeof listTemplates>

export function shelvedView(done: readonly Shelved[], { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  if (done.length === 0) return 'No templates of others are here.'
  return done
    .map(({ name, change, pin }) => `${palette.bold(oneLine(name))} ${change} ${palette.faint(oneLine(from(pin)))}`)
    .join('\n')
}

export const shelvedJson = (done: readonly Shelved[]): unknown => plain({ format: 1, templates: done })

export function shelfView({ pins, own }: Shelf, { color }: { readonly color: boolean }): string {
  const palette = paletteOf(color)
  if (pins.length + own.length === 0)
    return 'This workspace has no templates but those that ship with ays. `ays template new` makes one, `ays template add` fetches some.'
  const rows = [
    ...own.map((name) => ({ name, state: 'your own', source: '', ok: true })),
    ...pins.map(({ name, state, pin }) => ({ name, state, source: from(pin), ok: state === 'as pinned' })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1))
  return table(
    ['template', 'state', 'from'],
    rows.map(({ name, state, source, ok }) => [
      { text: oneLine(name), paint: palette.bold },
      ok ? state : { text: state, paint: palette.bad },
      oneLine(source),
    ]),
    palette.faint,
  )
}

export const shelfJson = ({ pins, own }: Shelf): unknown =>
  plain({ format: 1, own, pinned: pins.map(({ name, state, pin }) => ({ name, state, ...pin })) })

/** `https://…#v1 at 0123456789ab`. */
const from = ({ source, ref, commit, folder }: Pin): string =>
  [
    `${source}${ref === undefined ? '' : `#${ref}`}`,
    ...(folder === '.' ? [] : [folder]),
    ...(commit === undefined ? [] : [`at ${commit.slice(0, 12)}`]),
  ].join(' ')
