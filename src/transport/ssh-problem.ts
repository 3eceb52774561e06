/** What ssh's last words mean for a person. */
import type { Address } from '../base/address.ts'
import type { Problem } from '../base/problem.ts'
import type { SshConnection } from '../engine/connection.ts'

/** The problem behind an ssh that did not get through to a shell. */
export function sshProblem(connection: SshConnection, node: Address, stderr: string): Problem {
  const where = `${connection.user ? `${connection.user}@` : ''}${connection.host}${connection.port ? `:${connection.port}` : ''}`
  const said = lastLines(stderr)
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|host key .*has changed|differs from the key/i.test(stderr))
    return changed()
  if (/Host key verification failed|No .*host key is known/i.test(stderr))
    return connection.hostKey ? changed() : unknown()
  if (/Permission denied|Too many authentication failures|no supported authentication methods/i.test(stderr)) {
    return {
      code: 'AUTH_FAILED',
      message: `${node}: ${where} did not accept the login. ${said}`.trim(),
      hint: `Try it by hand: ssh ${connection.port ? `-p ${connection.port} ` : ''}${connection.user ? `${connection.user}@` : ''}${connection.host}`,
    }
  }
  if (connection.become === 'sudo' && /sudo|password is required|not allowed to execute|sudoers/i.test(stderr)) {
    return {
      code: 'BECOME_FAILED',
      message: `${node}: sudo on ${where} refused. ${said}`.trim(),
      hint: 'Give this user "NOPASSWD: ALL" in /etc/sudoers.d on the node, or log in as root.',
    }
  }
  return {
    code: 'NODE_UNREACHABLE',
    message: `${node} could not be reached at ${where}. ${said}`.trim(),
    hint: 'See that the machine is up, that host and port are right, and that no firewall stands between.',
  }

  function changed(): Problem {
    return {
      code: 'HOST_KEY_CHANGED',
      message: `${node}: ${where} shows another host key than the one that is known. ${fingerprints(stderr)}`.trim(),
      hint: connection.hostKey
        ? 'If the machine was made anew, give its new key as hostKey. Otherwise someone else answers there.'
        : `If the machine was made anew: ssh-keygen -R ${connection.port ? `'[${connection.host}]:${connection.port}'` : connection.host}`,
    }
  }
  function unknown(): Problem {
    return {
      code: 'HOST_KEY_UNKNOWN',
      message: `${node}: the host key of ${where} is not known.`,
      hint: `Compare what ssh-keyscan ${connection.port ? `-p ${connection.port} ` : ''}${connection.host} prints with the machine's own, then give it as hostKey; or use --accept-new-host-keys.`,
    }
  }
}

const fingerprints = (stderr: string): string => /SHA256:[A-Za-z0-9+/]+/.exec(stderr)?.[0] ?? ''

function lastLines(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !line.startsWith('@'))
    .slice(-3)
    .join(' ')
}
