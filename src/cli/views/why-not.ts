/** What is in the way of a service, one after the other, each with what would lift it. */
import { type Json, plain } from '../../base/json.ts'
import type { WhyNot } from '../../workspace.ts'
import { paletteOf } from './paint.ts'
import { count, oneLine } from './plain-text.ts'
import { done, placeText } from './review/cause-words.ts'
import { originLines } from './why.ts'

export const whyNotJson = (found: WhyNot): Json => plain({ format: 1, ...found })

/** Those of the service itself first; what holds up the whole plan after them. */
export function whyNotView(
  found: WhyNot,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const { bold, faint, bad, warn } = paletteOf(color)
  const { address, blockers, action, declared } = found
  if (blockers.length === 0) return `Nothing is in the way of ${bold(address)}: ${freeWords(found)}.`
  const own = blockers.filter(({ whole }) => !whole).length
  const head = declared
    ? own > 0
      ? `${bold(address)}: ${count(own, 'thing')} in its way${action === undefined || action === 'unknown' || action === 'none' ? '' : `; without, it would be ${done[action]}`}.`
      : `${bold(address)} itself is free, but ${count(blockers.length, 'thing')} of others ${blockers.length === 1 ? 'holds' : 'hold'} up the whole plan.`
    : `${bold(address)} is not declared.`
  const blocks = [...blockers.filter(({ whole }) => !whole), ...blockers.filter(({ whole }) => whole)].map(
    ({ kind, code, message, at, origin, lift, whole }) =>
      [
        `  ${bad(`! ${kind}:`)} ${oneLine(message)}${code === undefined ? '' : ` ${faint(code)}`}`,
        ...(at ? [`      ${faint(oneLine(placeText(at)))}`] : []),
        ...originLines(origin, width).map(
          (line) => `      ${line.text}${line.at ? faint(`  ${placeText(line.at)}`) : ''}`,
        ),
        ...(whole ? [`      ${warn('It holds up the whole plan.')}`] : []),
        ...(lift === undefined ? [] : [`      ${faint(`→ ${oneLine(lift)}`)}`]),
      ].join('\n'),
  )
  return [head, ...blocks].join('\n\n')
}

const does: Readonly<Record<Exclude<WhyNot['action'], undefined | 'none'>, string>> = {
  create: 'makes it',
  update: 'updates it',
  replace: 'replaces it',
  remove: 'removes it',
  adopt: 'adopts it',
  act: 'acts upon it',
  unknown: 'looks at it first',
}

function freeWords({ action, declared }: WhyNot): string {
  if (action === undefined) return declared ? 'it is not in this plan' : 'it is not declared'
  return action === 'none' ? 'it is as declared, and there is nothing to do' : `apply ${does[action]}`
}
