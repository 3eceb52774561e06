// The systemd unit of a mount: its name is its path.
export interface WantedMount {
  /** A device, `UUID=…`, `LABEL=…`, a directory (type none, option bind), an image (option loop), `host:/path`. */
  readonly source: string
  readonly path: string
  /** As mount -t takes it; `auto` lets the node find out, `none` is a bind mount. */
  readonly type: string
  readonly options: readonly string[]
}

/** `/srv/my data` → `srv-my\x20data.mount`, as systemd-escape --path gives it. */
export function unitName(path: string): string {
  const escaped = [...Buffer.from(path.slice(1))].map((byte, i) => {
    const letter = String.fromCharCode(byte)
    if (letter === '/') return '-'
    return /[A-Za-z0-9:_.]/.test(letter) && !(i === 0 && letter === '.')
      ? letter
      : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `${escaped.join('')}.mount`
}

export const unitFile = (path: string): string => `/etc/systemd/system/${unitName(path)}`

/** Wanted by multi-user.target: a source that is missing must not keep a node from booting. */
export function unitText({ source, path, type, options }: WantedMount): string {
  const more = options.length > 0 ? `Options=${plain(options.join(','))}\n` : ''
  const kind = type === 'auto' ? '' : `Type=${plain(type)}\n`
  return `# Written by ays.
[Unit]
Description=${plain(path)}

[Mount]
What=${plain(source)}
Where=${plain(path)}
${kind}${more}
[Install]
WantedBy=multi-user.target
`
}

/** systemd expands % in units. */
const plain = (text: string): string => text.replaceAll('%', '%%')
