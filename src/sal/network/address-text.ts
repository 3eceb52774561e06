// Addresses in the one form that `ip` prints, so that equal ones compare equal.
import { ProblemsError } from '../../base/problem.ts'

/** `10.0.0.1/24` or `fd00::1/64`; a bare address gets its full length. Undefined when it is neither. */
export function tryReadCidr(text: string): string | undefined {
  const [address = '', bits, more] = text.trim().split('/')
  if (more !== undefined) return undefined
  const plain = tryReadAddress(address)
  if (plain === undefined) return undefined
  const max = plain.includes(':') ? 128 : 32
  const length = bits === undefined ? max : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  return length < 0 || length > max ? undefined : `${plain}/${length}`
}

/** The canonical form of an IPv4 or IPv6 address, or undefined. */
export function tryReadAddress(text: string): string | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (four) return four.slice(1).every((part) => Number(part) < 256) ? four.slice(1).map(Number).join('.') : undefined
  if (!text.includes(':') || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined
  try {
    return new URL(`http://[${text}]/`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
}

/** For constructors. Throws `FIELD_TYPE` when it is no address. */
export function readCidr(text: string): string {
  const found = tryReadCidr(text)
  if (found === undefined) return refuse(`${JSON.stringify(text)} is no address like 10.0.0.1/24.`)
  return found
}

/** Device names as Linux takes them, and as batch files can hold them. Throws `FIELD_TYPE` for others. */
export function readDevice(name: string): string {
  if (!/^[A-Za-z0-9_.@-]{1,15}$/.test(name) || name.startsWith('-') || name === '.' || name === '..') {
    return refuse(`${JSON.stringify(name)} is no name of a network device.`)
  }
  return name
}

function refuse(message: string): never {
  throw new ProblemsError([{ code: 'FIELD_TYPE', message }])
}
