// Values of DNS records in one form, whoever wrote them: a person, dig, or this file for nsupdate.

/** Types whose values are understood. */
export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

/**
 * A value as it is compared: addresses in canonical form, names in lower case with a final dot, text of TXT without
 * quotes. undefined: it is none of that type. A target of a single word, such as `www`, is a name in the zone.
 */
export function canonicalValue(type: RecordType, text: string, zone: string): string | undefined {
  const value = text.trim()
  switch (type) {
    case 'A':
      return isIpv4(value) ? value : undefined
    case 'AAAA':
      return canonicalIpv6(value)
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return canonicalName(value, zone)
    case 'MX':
      return withNumbers(value, 1, zone)
    case 'SRV':
      return withNumbers(value, 3, zone)
    case 'TXT':
      return text === '' ? undefined : text
  }
}

/** A value as dig prints it, in the form in which it is compared. */
export const valueOfDig = (type: RecordType, rdata: string): string | undefined =>
  type === 'TXT' ? textOfDig(rdata) : canonicalValue(type, rdata, '.')

/** A canonical value as nsupdate takes it. */
export const valueForNsupdate = (type: RecordType, value: string): string =>
  type === 'TXT' ? quotedText(value) : value

/** `www.example.org.`, in lower case. undefined: it is no name. */
export function canonicalName(text: string, zone: string): string | undefined {
  const name = text.toLowerCase()
  const full = name === '@' ? zone : name.endsWith('.') ? name : name.includes('.') ? `${name}.` : `${name}.${zone}`
  const whole = full.endsWith('.') ? full : `${full}.`
  return whole.length <= 254 && LABELS.test(whole) ? whole : undefined
}

const LABELS = /^(?:(?:\*|[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)\.)+$/

function withNumbers(value: string, count: number, zone: string): string | undefined {
  const words = value.split(/\s+/)
  const numbers = words.slice(0, count)
  const name = words.length === count + 1 ? canonicalName(words[count] ?? '', zone) : undefined
  if (name === undefined || !numbers.every((one) => /^\d{1,5}$/.test(one) && Number(one) <= 65_535)) return undefined
  return [...numbers.map(Number), name].join(' ')
}

const isIpv4 = (text: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=.)|$)){4}$/.test(text) && !text.endsWith('.')

/** As a URL has it: lower case, without leading zeros, the longest run of zeros left out. */
function canonicalIpv6(text: string): string | undefined {
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return undefined
  try {
    return new URL(`http://[${text}]`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
}

/** `"one" "two"` with `\"` and `\DDD` → onetwo: strings of one record are one text. */
function textOfDig(rdata: string): string | undefined {
  const strings = rdata.match(/"(?:[^"\\]|\\.)*"/g)
  if (!strings || strings.join(' ') !== rdata.trim()) return undefined
  const bytes: number[] = []
  for (const one of strings) {
    for (const found of one.slice(1, -1).matchAll(/\\(\d{3})|\\(.)|([^\\])/gsu)) {
      const [, code, escaped, plain] = found
      if (code !== undefined) bytes.push(Number(code) & 0xff)
      else bytes.push(...Buffer.from(escaped ?? plain ?? '', 'utf8'))
    }
  }
  return Buffer.from(bytes).toString('utf8')
}

/** Strings of at most 255 bytes; whatever is not plain ASCII as `\DDD`, so that no value can end a line. */
function quotedText(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  const strings: string[] = []
  for (let at = 0; at < bytes.length; at += 255) {
    const words = [...bytes.subarray(at, at + 255)].map((byte) =>
      byte < 32 || byte > 126 || byte === 34 || byte === 92
        ? `\\${String(byte).padStart(3, '0')}`
        : String.fromCharCode(byte),
    )
    strings.push(`"${words.join('')}"`)
  }
  return strings.join(' ')
}
