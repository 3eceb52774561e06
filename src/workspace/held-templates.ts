/** `templates:` of ays.yaml: at which version the workspace holds a template, beside what ays.lock.yaml pins. */
import type { Problem } from '../base/problem.ts'
import { meetsRange } from '../engine/blueprint/version-range.ts'
import type { WorkspaceFile } from '../engine/blueprint/workspace-file.ts'
import { VERSION_RANGE } from '../engine/blueprint/workspace-schema.ts'
import { LOCK_FILE, type Pin, type PinState } from './template-lock.ts'
import { isUrl, readSourceText, type Source, sourceAsKept } from './template-source.ts'
import { VERSION } from './version.ts'

type Settings = Pick<WorkspaceFile, 'templates' | 'places'>
type Fetched = Pick<Pin, 'source' | 'ref' | 'commit'>

/** Every entry that does not hold. `pins` is what ays.lock.yaml says, `shipped` the names of templates that come with ays. */
export function heldProblems(
  root: string,
  settings: Settings,
  pins: readonly PinState[],
  shipped: ReadonlySet<string>,
): Problem[] {
  return Object.entries(settings.templates).flatMap(([name, value]): Problem[] => {
    if (shipped.has(name)) return shippedProblems(settings, name, value)
    const pin = pins.find((one) => one.name === name)?.pin
    if (pin) return heldOtherwise(root, settings, name, pin)
    const [message, hint] = isSource(value)
      ? [`${LOCK_FILE} does not have it`, `\`ays template update ${name}\` fetches it.`]
      : [`no template of others has that name here`, `Say where it comes from: ${name}: URL#${value}`]
    return [problemOf(settings, name, message, hint)]
  })
}

/** What is fetched, or pinned, is not what ays.yaml holds the template at. */
export function heldOtherwise(root: string, settings: Settings, name: string, pin: Fetched): Problem[] {
  const value = settings.templates[name]
  if (value === undefined) return []
  const { source, ref } = isSource(value) ? sourceIn(root, value) : { source: pin.source, ref: value }
  const isCommit = ref !== undefined && COMMIT.test(ref) && (pin.commit?.startsWith(ref) ?? false)
  if (source === pin.source && (ref === pin.ref || isCommit)) return []
  const has = `${pin.source}${pin.ref === undefined ? '' : `#${pin.ref}`}${pin.commit === undefined ? '' : ` (${pin.commit.slice(0, 10)})`}`
  const hint = `\`ays template update ${name}\` fetches what ays.yaml says; or change it there.`
  return [problemOf(settings, name, `it is pinned at ${has}`, hint)]
}

/** Where ays.yaml says that a template comes from; undefined where it does not say. */
export function heldAs(
  root: string,
  settings: Settings,
  name: string,
  pin: Partial<Pick<Pin, 'source'>>,
): Source | undefined {
  const value = settings.templates[name]
  if (value === undefined) return undefined
  if (isSource(value)) return sourceIn(root, value)
  return pin.source === undefined ? undefined : { source: pin.source, ref: value }
}

/** A URL, a folder, or either with `#`; anything else is a branch, tag or commit. */
export const isSource = (value: string): boolean => isUrl(value) || value.includes('#') || /^[./]/.test(value)

function sourceIn(root: string, value: string): Source {
  const { source, ref } = readSourceText(value)
  return { source: sourceAsKept(root, root, source), ref }
}

const COMMIT = /^[0-9a-f]{7,64}$/

function shippedProblems(settings: Settings, name: string, value: string): Problem[] {
  if (!new RegExp(VERSION_RANGE).test(value))
    return [
      problemOf(
        settings,
        name,
        'it ships with ays and has its version',
        'Write a range of versions of ays, such as ">=1.2 <2".',
      ),
    ]
  if (meetsRange(VERSION, value)) return []
  return [
    problemOf(
      settings,
      name,
      `it ships with ays, which is ${VERSION}`,
      'Use a version of ays in that range, or widen it.',
    ),
  ]
}

function problemOf({ templates, places }: Settings, name: string, message: string, hint: string): Problem {
  const at = places[`templates.${name}`]
  return {
    code: 'TEMPLATE_PIN',
    message: `ays.yaml holds the template ${name} at ${templates[name]}, and ${message}.`,
    ...(at ? { at } : {}),
    hint,
  }
}
