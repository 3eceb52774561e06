/** Reads the `$` keys that steer a service (all but `$each` and `$if`, which decide whether it is there). */
import { tryReadAddress } from '../../base/address.ts'
import { tryReadDuration } from '../../base/duration.ts'
import type { Place } from '../../base/place.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Entry, Steer, Value } from './declaration.ts'
import { type Reader, readExpressions } from './expressions.ts'
import { fieldName } from './names.ts'
import { kindOf } from './value.ts'

/** The steering of a service that has no `$` keys. */
export const NO_STEER: Steer = { after: [], protect: false, heal: true, ignore: [], tags: [] }

/** What does not fit is noted in the reader's problems, and the default stands. */
export function readSteer(entries: readonly Entry[], reader: Reader): Steer {
  let steer = NO_STEER
  for (const entry of entries) {
    const read = READERS[entry.key]
    if (read) steer = { ...steer, ...read(readExpressions(entry.value, reader), entry, reader) }
    else if (!PRESENCE_KEYS.includes(entry.key)) {
      const known = [...Object.keys(READERS), ...PRESENCE_KEYS]
      reader.problems.push({
        code: 'STEER_UNKNOWN',
        message: `${entry.key} steers nothing.`,
        at: entry.keyAt,
        hint: didYouMean(entry.key, known) ?? `Known are ${known.join(', ')}.`,
      })
    }
  }
  return steer
}

const PRESENCE_KEYS = ['$each', '$if']

type Read = (value: Value, entry: Entry, reader: Reader) => Partial<Steer>

const READERS: Readonly<Record<string, Read>> = {
  $after: (value, entry, reader) => ({
    after: textsOf(value, entry, reader, 'an address such as role/name, or a list of them').flatMap(({ text, at }) => {
      const address = tryReadAddress(text)
      if (!address) refuse(entry, at, `"${text}" is no address.`, 'Write role/name.', reader)
      return address ? [{ address, at }] : []
    }),
  }),
  $protect: (value, entry, reader) => ({ protect: booleanOf(value, entry, reader, false) }),
  $heal: (value, entry, reader) => ({ heal: booleanOf(value, entry, reader, true) }),
  $moved: (value, entry, reader) => {
    const text = value.type === 'scalar' && typeof value.value === 'string' ? value.value : undefined
    const address = text === undefined ? undefined : tryReadAddress(text)
    if (address) return { moved: { address, at: value.at } }
    refuseValue(entry, value, 'the former address of the service, role/name', reader)
    return {}
  },
  $ignore: (value, entry, reader) => {
    const ignoreAt = textsOf(value, entry, reader, 'the name of a field, or a list of them')
    return { ignore: ignoreAt.map(({ text }) => fieldPath(text)), ignoreAt }
  },
  $timeout: (value, entry, reader) => {
    const ms = durationOf(value)
    if (ms !== undefined && ms > 0) return { timeoutMs: ms }
    refuseValue(entry, value, 'a duration such as 2h, 5m or 30 (seconds)', reader)
    return {}
  },
  $retries: (value, entry, reader) => {
    const waits = retriesOf(value)
    if (waits) return { retriesMs: waits }
    refuseValue(entry, value, 'the waits between attempts, such as [1, 2, 4] or 5s,10s; 0 for none', reader)
    return {}
  },
  $tags: (value, entry, reader) => ({
    tags: textsOf(value, entry, reader, 'a word, or a list of them').map(({ text }) => text),
  }),
}

/** The first step of a path is a field, in any spelling; what is inside is left alone. */
function fieldPath(path: string): string {
  return fieldName(path)
}

function booleanOf(value: Value, entry: Entry, reader: Reader, fallback: boolean): boolean {
  if (value.type === 'scalar' && typeof value.value === 'boolean') return value.value
  refuseValue(entry, value, 'true or false', reader)
  return fallback
}

function durationOf(value: Value): number | undefined {
  if (value.type !== 'scalar') return undefined
  return typeof value.value === 'string' || typeof value.value === 'number' ? tryReadDuration(value.value) : undefined
}

/** Waits in milliseconds; none for 0. undefined when it is not a list of durations. */
function retriesOf(value: Value): readonly number[] | undefined {
  if (value.type === 'scalar' && value.value === 0) return []
  const items: readonly Value[] =
    value.type === 'list'
      ? value.items
      : value.type === 'scalar' && typeof value.value === 'string'
        ? value.value.split(',').map((one): Value => ({ ...value, value: one }))
        : [value]
  const waits = items.map(durationOf).filter((one) => one !== undefined)
  return waits.length === items.length ? waits : undefined
}

function textsOf(value: Value, entry: Entry, reader: Reader, expected: string): { text: string; at: Place }[] {
  const items = value.type === 'list' ? value.items : [value]
  return items.flatMap((item) => {
    const plain = item.type === 'scalar' ? item.value : undefined
    if (typeof plain === 'string' || typeof plain === 'number') return [{ text: String(plain), at: item.at }]
    refuseValue(entry, item, expected, reader)
    return []
  })
}

/** A `$` key with a value that does not fit; an expression that reads services is told apart. */
export function refuseValue(entry: Entry, value: Value, expected: string, reader: Reader): void {
  if (value.type === 'expression') {
    reader.problems.push({
      code: 'SET_UNKNOWN',
      message: `${entry.key} may not read other services.`,
      at: value.at,
      hint: 'It may use vars, env and each.',
    })
    return
  }
  // A mistake in an expression left null behind, and was told where it was made.
  if (value.type === 'scalar' && value.value === null && entry.value.type === 'scalar' && entry.value.value !== null)
    return
  refuse(entry, value.at, `${entry.key} takes ${expected}, not ${kindOf(value)}.`, undefined, reader)
}

function refuse(entry: Entry, at: Place, message: string, hint: string | undefined, reader: Reader): void {
  reader.problems.push({
    code: 'STEER_INVALID',
    message: message.startsWith(entry.key) ? message : `${entry.key}: ${message}`,
    at,
    ...(hint ? { hint } : {}),
  })
}
