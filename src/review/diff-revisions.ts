/** Compares two revisions of a workspace: both are read, linked and planned on paper; no node, no state, no credential. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError, type Problem, ProblemsError, problemLine } from '../base/problem.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { findRoot } from '../workspace/locate.ts'
import { readSettings } from '../workspace/read.ts'
import type { OnPaper } from '../workspace.ts'
import { compareActions, compareGraphs } from './compare-graphs.ts'
import type { ActionDiff, ServiceDiff } from './difference.ts'
import { gitIn } from './git.ts'
import { isTemplate, layOut, openOnPaper, type PaperOptions, type Trust } from './paper-workspace.ts'
import { isSame, openCommit, openWorkingTree, type Revision } from './revision.ts'
import { notFollowed, settingsOfBase, skippedNotes } from './untrusted.ts'

export interface DiffOptions {
  readonly folder: string
  readonly base: string
  /** Absent: the working tree; the commit that is checked out where the head is not trusted. */
  readonly head?: string
  readonly trust: Trust
  readonly environment?: string
  readonly vars?: Readonly<Record<string, string>>
  readonly legacy?: boolean
  readonly signal: AbortSignal
}

export interface RevisionsDiff {
  readonly root: string
  readonly environment: string
  readonly base: RevisionName
  readonly head: RevisionName
  readonly trust: Trust
  readonly services: readonly ServiceDiff[]
  readonly actions: ActionDiff
  /** Templates of the workspace whose files differ and were followed. */
  readonly templates: readonly string[]
  /** What a reader must know of how it was compared. */
  readonly notes: readonly string[]
  /** Of the head. */
  readonly warnings: readonly Problem[]
  /** What the head would do to nodes on which all of the base was applied. */
  readonly plan: Plan
}

export interface RevisionName {
  readonly name: string
  readonly commit?: string
}

/** The head has mistakes; `lines` are those of its files, which may be nowhere on disk. */
export class HeadBroken extends ProblemsError {
  readonly lines: ReadonlyMap<string, readonly string[]>
  constructor(problems: readonly Problem[], lines: ReadonlyMap<string, readonly string[]>) {
    super(problems)
    this.lines = lines
  }
}

/** Throws HeadBroken with every mistake of the head. A base that cannot be read is a note, and all is new then. */
export async function diffRevisions(options: DiffOptions): Promise<RevisionsDiff> {
  const root = findRoot(options.folder)
  const git = gitIn(root, options.signal)
  const base = await openCommit(git, options.base)
  const named = options.head ?? (options.trust === 'untrusted' ? 'HEAD' : undefined)
  const head = named === undefined ? openWorkingTree(root, isPart) : await openCommit(git, named)
  const made = mkdtempSync(join(tmpdir(), 'ays-diff-'))
  try {
    return await compare(options, { root, base, head, made })
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** What the working tree is looked through for: folders are asked too. */
const isPart = (path: string): boolean =>
  /^(?:ays\.yaml|ays\.lock\.yaml|policy\.yaml|blueprints|vars)$/.test(path) ||
  /^(?:blueprints|vars)\/[^/]+$/.test(path) ||
  /^(?:templates|actorTemplates)(?:\/|$)/.test(path)

interface Sides {
  readonly root: string
  readonly base: Revision
  readonly head: Revision
  readonly made: string
}

async function compare(options: DiffOptions, { root, base, head, made }: Sides): Promise<RevisionsDiff> {
  const { trust } = options
  const notes: string[] = []
  const folders = { base: join(made, 'base'), head: join(made, 'head'), state: join(made, 'state') }
  await layOut(folders.base, { data: base, templates: base })
  const settings = readSettings(folders.base).file
  const before = await readBase(options, { ...folders, revision: base, notes })
  const templates = await changedTemplates(base, head)
  if (trust === 'untrusted') {
    await layOut(folders.head, { data: head, templates: base })
    notes.push(...(await notFollowed({ base, head, templates, settings, given: readSettings(folders.head).file })))
  } else if (head.commit !== undefined) await layOut(folders.head, { data: head, templates: head })
  const folder = trust === 'trusted' && head.commit === undefined ? root : folders.head
  notes.push(...skippedNotes(base), ...skippedNotes(head))
  const paper = { ...paperOptions(options), ...(trust === 'untrusted' ? { settings: settingsOfBase(settings) } : {}) }
  const after = await onPaper({ folder, state: folders.state, revision: head, paper }, before?.applied).catch(
    (error) => {
      throw error instanceof ProblemsError ? new HeadBroken(error.problems, linesOf(folder, error.problems)) : error
    },
  )
  const plan = await after.plan()
  return {
    root,
    environment: options.environment ?? 'default',
    base: nameOf(base),
    head: nameOf(head),
    trust,
    services: compareGraphs(before ?? NO_SERVICES, after, plan),
    actions: compareActions(before?.actions ?? [], after.actions),
    templates: trust === 'trusted' ? templates : [],
    notes,
    warnings: after.warnings.filter((one) => !isError(one)),
    plan,
  }
}

/** undefined: it cannot be read, which is noted. */
async function readBase(
  options: DiffOptions,
  of: { readonly base: string; readonly state: string; readonly revision: Revision; readonly notes: string[] },
): Promise<OnPaper | undefined> {
  const { base: folder, state, revision, notes } = of
  try {
    return await onPaper({ folder, state, revision, paper: paperOptions(options) }, undefined)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    const [first, ...more] = error.problems.filter(isError)
    const rest = more.length > 0 ? ` (and ${more.length} more)` : ''
    notes.push(
      `${revision.name} has mistakes, so everything counts as new: ${first ? problemLine(first) : 'it cannot be read'}${rest}`,
    )
    return undefined
  }
}

async function onPaper(
  of: { readonly folder: string; readonly state: string; readonly revision: Revision; readonly paper: PaperOptions },
  before: OnPaper['applied'] | undefined,
): Promise<OnPaper> {
  const workspace = await openOnPaper(of.folder, of.state, of.revision, of.paper)
  try {
    return await workspace.onPaper(before)
  } finally {
    await workspace.close()
  }
}

const paperOptions = ({ environment, vars, legacy, trust }: DiffOptions): PaperOptions => ({
  trust,
  ...(environment === undefined ? {} : { environment }),
  ...(vars ? { vars } : {}),
  ...(legacy ? { legacy } : {}),
})

/** `templates/web`: folders of templates with a file that is not the same in both. */
async function changedTemplates(base: Revision, head: Revision): Promise<readonly string[]> {
  const paths = [...new Set([...base.files.keys(), ...head.files.keys()])].filter(isTemplate).sort()
  const changed = new Set<string>()
  for (const path of paths) {
    const folder = path.split('/').slice(0, 2).join('/')
    if (!changed.has(folder) && !(await isSame(base, head, path))) changed.add(folder)
  }
  return [...changed]
}

function linesOf(folder: string, problems: readonly Problem[]): ReadonlyMap<string, readonly string[]> {
  const files = problems.flatMap((one) => [one.at, ...(one.also ?? []).map((also) => also.at)])
  const lines = new Map<string, readonly string[]>()
  for (const file of new Set(files.flatMap((at) => at?.file ?? []))) {
    const path = join(folder, file)
    if (existsSync(path)) lines.set(file, readFileSync(path, 'utf8').split(/\r?\n/))
  }
  return lines
}

const nameOf = ({ name, commit }: Revision): RevisionName => ({ name, ...(commit === undefined ? {} : { commit }) })

const NO_SERVICES = { graph: { services: new Map(), order: [] }, actions: [] }
