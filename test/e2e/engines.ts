/** Asks the key-value engines of a node, with the tools and the password that are there. */
import type { World } from './world.ts'

export interface Engine {
  readonly name: string
  readonly pid: number
  /** How often it began, by what it said in the journal. */
  readonly starts: number
  readonly ping: string
  /** What is kept under `ays-test`; '' when nothing is. */
  readonly kept: string
}

/** Engines by name; `keep` is written first where it is given. */
export async function engines(world: World, node: string, keep = ''): Promise<Map<string, Engine>> {
  const said = await world.on(node, `keep='${keep}'; ${ASK}`)
  const found = said
    .split('\n')
    .filter(Boolean)
    .map((line): Engine => {
      const [name = '', pid, starts, ping = '', kept = ''] = line.split(' ')
      return { name, pid: Number(pid), starts: Number(starts), ping, kept }
    })
  return new Map(found.map((engine) => [engine.name, engine]))
}

const ASK = `for conf in /etc/ays/engines/*.conf; do
  name=$(basename "$conf" .conf) unit=ays-engine-$(basename "$conf" .conf)
  socket=$(sed -n 's/^unixsocket //p' "$conf")
  REDISCLI_AUTH=$(sed -n 's/^requirepass //p' "$conf"); export REDISCLI_AUTH
  redis() { redis-cli --no-auth-warning -s "$socket" "$@" 2>/dev/null; }
  [ -z "$keep" ] || redis set ays-test "$keep" >/dev/null
  pid=$(systemctl show -p MainPID --value "$unit")
  starts=$(journalctl -u "$unit" -o cat --no-pager | grep -c 'Redis is starting')
  echo "$name $pid $starts $(redis ping | head -1) $(redis get ays-test | head -1)"
done`
