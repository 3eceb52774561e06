// Where the things of a lab are on the machine that carries it: names, folders, addresses.

/** Everything a workspace keeps on this machine for its lab. */
export const labFolder = (tag: string): string => `/var/lib/ays/lab/${tag}`
/** The network namespace from which the controller reaches nodes. */
const controllerOf = (tag: string): string => `ays-${tag}-ctl`
/** The network namespace of a node, and the name of its control groups. */
export const nodeSpaceOf = (tag: string, slug: string): string => `ays-${tag}-${slug}`
/** A node's folder: its changes to the root file system, disks, log. */
export const nodeFolder = (tag: string, slug: string): string => `${labFolder(tag)}/nodes/${slug}`

/** The end in the fabric of a node's cable; short, because a device's name has 15 characters at most. */
export function cableOf(address: string): string {
  return `v${address.split('.').slice(2).join('.')}`
}

/** Addresses for nodes, in the order of giving: 10.77.1.1 to 10.77.254.254. */
export function* labAddresses(): Generator<string> {
  for (let third = 1; third < 255; third++) for (let last = 1; last < 255; last++) yield `10.77.${third}.${last}`
}

/** bash: HOST PORT SECONDS. With SECONDS, who listens has to speak first, and in that time. No percent sign: ssh would expand it. */
const RELAY = `exec 3<>"/dev/tcp/$0/$1" || exit 1
[ -z "$2" ] || { IFS= read -r -t "$2" -d '' -n 1 c <&3 && echo -n "$c"; } || { echo "Nothing answers at $0 port $1." >&2; exit 1; }
cat <&3 & r=$!
exec 1>&3 3>&-
cat
kill $r 2>/dev/null`

/**
 * argv that carries its stdin and stdout to a port of a node, from inside the lab's network.
 * Needs only util-linux and bash, and ends with either side. `greetsWithin`: seconds in which the other side, which speaks
 * first, has to; ssh by itself would wait for ever behind a ProxyCommand.
 */
export function roadTo(
  tag: string,
  address: string,
  port: number,
  options: { readonly greetsWithin?: number } = {},
): readonly string[] {
  const space = `--net=/run/netns/${controllerOf(tag)}`
  return ['nsenter', space, 'bash', '-c', RELAY, address, String(port), String(options.greetsWithin ?? '')]
}
