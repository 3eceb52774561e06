import type { Json } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import type { Text } from '../base/secret.ts'

/**
 * The pure code for one sort of thing (a file, a unit, a subvolume), addressed by name and version.
 * A kind outlives the templates that use it: what ays applied last year is still removed by its kind.
 * Members never do I/O and never read clocks; the laws at the end of this file are tested for every kind.
 */
export interface Kind<Wanted, Found> {
  /** `file@1`. */
  readonly name: string
  /** What to ask the node; read-only there. */
  look(wanted: Wanted): Look
  /** The meaning of one answer. Any bytes at all give a finding; never throws. */
  parse(answer: string): Finding<Found>
  /** What a node shows on which nothing was ever done. */
  readonly bare: Found
  /** What differs. Empty: in place. Secrets are compared by their keyed digest. */
  compare(wanted: Wanted, found: Found): readonly FieldChange[]
  /** How to get from found to wanted. Called only when compare is not empty. */
  commands(wanted: Wanted, found: Found): readonly Command[]
  /** What the look will show afterwards. */
  settled(wanted: Wanted, found: Found): Found
  /**
   * What a node would choose by itself, for simulated nodes: `settled` with its unknowable leaves (a number, a uuid)
   * given from `seed`, the same for the same node and thing. Absent: there are none.
   */
  simulated?(settled: Found, seed: string): Found
  /** The way back: what would have to be wanted for this to be in place. undefined: there is none. */
  asWanted(found: Found): Wanted | undefined
  /** Off the node again. `before` is what was there before ays came. Called only when found differs from before. */
  remove(wanted: Wanted, before: Found, found: Found): readonly Command[]
  /** Two services, one thing. Without it only equal wants are shared. Returns a text saying what cannot be united. */
  merge?(a: Wanted, b: Wanted): { wanted: Wanted } | { conflict: string }
  /** What of a finding the node is to keep of it, as what was there before ays came: without what is only shown. Absent: all. */
  noted?(found: Found): Found
  /** What the node has to keep so that `asWanted(found)` can be had again: run before commands that may have to be undone. */
  keeps?(found: Found): readonly Command[]
  /** It only watches (does it answer?): there is nothing on the node to take away. */
  readonly watches?: boolean
  /** True when trying the failed command again may help (a lock, a mirror that did not answer). */
  transient?(result: CommandResult): boolean
}

/** Kinds in tables and plans, where their types are not known. Methods make the narrower ones fit. */
export type AnyKind = Kind<unknown, unknown>

/**
 * A constant POSIX sh program that answers many questions at once. It is called with the arguments of all
 * questions, one after the other, and prints for each question its lines and then, through the function `end`,
 * the mark that closes the answer. The answers to questions A and B asked together are those to A and to B asked
 * alone, byte for byte, and equal state gives equal bytes. A line `seal HEX` carries the SHA-256 of something secret: the
 * transport replaces it with `sealed KEYED_DIGEST` before anyone else sees the answer.
 * LC_ALL is C. `$AYS` is the node's own folder of ays (/var/lib/ays for root).
 */
export interface Program {
  /** Unique among programs; a sh name: `file_1`. */
  readonly name: string
  readonly text: string
}

export interface Look {
  readonly program: Program
  readonly args: readonly string[]
}

export type Finding<Found> =
  | { readonly state: 'seen'; readonly found: Found }
  /** Under way by itself: look again after `againMs`. */
  | { readonly state: 'moving'; readonly found: Found; readonly progress: string; readonly againMs: number }
  | { readonly state: 'unknown'; readonly problem: Problem }

/** One wanted difference. Values are plain; what is secret appears as `{ sealed }`. */
export interface FieldChange {
  /** `content`, `mode`, `packages.redis-server`; '' is the thing itself. */
  readonly path: string
  readonly from: Json | undefined
  readonly to: Json | undefined
  readonly how: 'in place' | 'restart' | 'replace'
}

/** What a command can hurt. Views, policies and approvals read effects and nothing else. */
export type EffectKind = 'data-loss' | 'restart' | 'reboot' | 'network-cut' | 'exposure' | 'lockout'
export interface Effect {
  readonly kind: EffectKind
  /** What it hurts, for people: `ays-engine-cache`, `/srv/data`. */
  readonly what: string
}

export interface Command {
  /** For people, in the imperative: `install redis-server`. */
  readonly title: string
  readonly run:
    | { readonly argv: readonly string[]; readonly stdin?: Text }
    /** A constant POSIX sh script; data comes as "$1" … and on stdin, never inside. */
    | { readonly script: string; readonly args: readonly string[]; readonly stdin?: Text }
    /**
     * The content reaches the path whole or not at all (temporary file beside it, fsync, rename). Missing folders above
     * are made, 0755, and noted in `$AYS/made/<sha256 of the folder's path>`: the file's removal takes them along.
     */
    | {
        readonly write: string
        readonly content: Text
        readonly mode: number
        readonly owner: string
        readonly group: string
      }
  /** Whose hands; root when absent. */
  readonly as?: string
  readonly effects?: readonly Effect[]
  /** One at a time per node: `apt`, `daemon-reload`. */
  readonly locks?: readonly string[]
  /** Time without a sign of life (output) until it is ended with all that it started; default SILENCE_MS. */
  readonly timeoutMs?: number
  /** Takes seconds or more: gets an exchange of its own, so that quick jobs need not wait. */
  readonly slow?: boolean
  /** Runs directly before; anything but exit 0 refuses the command, with its stderr as the reason. */
  readonly guard?: { readonly script: string; readonly args: readonly string[] }
}

/** How long a command may show no sign of life where nobody says otherwise: 50 minutes, as in AYS. */
export const SILENCE_MS = 3_000_000

export interface CommandResult {
  readonly title: string
  /** Exit code; 124 when it showed no sign of life for too long, or its lock was not free; -1 when it never ran because its guard refused. */
  readonly code: number
  /** The first and last part of each stream, at most 64 KiB. */
  readonly stdout: string
  readonly stderr: string
}

/*
 * The laws, one property test each over every kind, in simulation and once on a real node:
 *   compare(w, settled(w, f)) is empty            ·  compare(asWanted(f), f) is empty
 *   after remove, the look equals before          ·  equal state gives equal answer bytes
 *   any bytes at all parse to a finding           ·  answers to many are the answers to each, joined
 */
