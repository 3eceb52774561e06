/** A systemd unit that keeps `ays watch` running for one workspace. */

export interface UnitOptions {
  /** argv of the watch, absolute paths first. */
  readonly argv: readonly string[]
  /** The workspace. */
  readonly folder: string
  readonly user: string
  readonly environment: string
}

/** For /etc/systemd/system/ays-watch.service, or a name of its own where several workspaces are watched. */
export function systemdUnit({ argv, folder, user, environment }: UnitOptions): string {
  return `# ays watch for ${folder}, environment ${environment}.
# As root: ays watch ${quoted(folder)} --systemd > /etc/systemd/system/ays-watch.service
#          systemctl daemon-reload && systemctl enable --now ays-watch
# What it tells: journalctl -u ays-watch -f
[Unit]
Description=ays watch (${escaped(folder)}, ${escaped(environment)})
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User=${escaped(user)}
WorkingDirectory=${escaped(folder)}
ExecStart=${argv.map(quoted).join(' ')}
Restart=on-failure
RestartSec=5
# SIGTERM: nothing new starts, and what runs on the nodes is finished. Only then is it over.
KillMode=mixed
TimeoutStopSec=1h

[Install]
WantedBy=multi-user.target
`
}

/** % begins a specifier and $ a variable; a blank would end the word. */
const escaped = (text: string): string => text.replaceAll('%', '%%')
function quoted(word: string): string {
  const plain = escaped(word).replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
