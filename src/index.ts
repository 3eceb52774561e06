/** The library: what the command line can do, a program can do. */
// A plan in every form there is.

// What templates are made of: their schemas, and the things that they want of nodes.
export { Type } from 'typebox'
export type { Address } from './base/address.ts'
export type { Code } from './base/codes.ts'
export type { Place } from './base/place.ts'
export { type Problem, ProblemsError, problemLine } from './base/problem.ts'
export { Secret, text } from './base/secret.ts'
export type { PlanFormat } from './cli/views/plan-formats.ts'
export { type PlanInOptions, planIn } from './cli/views/plan-in.ts'
export type { Facts } from './engine/facts.ts'
export type { Graph, Service } from './engine/graph/graph.ts'
export type { Command, Effect, FieldChange, Finding, Kind, Look, Program } from './engine/kind.ts'
export type { PlanNotes, Simulated } from './engine/plan/notes.ts'
export type { Action, BlastRadius, Plan, ServicePlan, TaskPlan } from './engine/plan/plan.ts'
export { planSchema, type SavedPlan } from './engine/plan/plan-schema.ts'
export { type Hazard, hazardsOf, type Risk, riskOf } from './engine/plan/risk.ts'
export { readSavedPlan } from './engine/plan/saved-plan.ts'
export { type AnyTask, type Task, task } from './engine/task.ts'
export {
  type AnyTemplate,
  type Context,
  defineTemplate,
  type Health,
  type Link,
  manyOf,
  oneOf,
  optionalOf,
  type Peer,
  type TemplateSpec,
} from './engine/template.ts'
export { createWorkspace } from './new-workspace.ts'
export { answersRedis } from './sal/answers/redis.ts'
export { answersTcp } from './sal/answers/tcp.ts'
export { packages } from './sal/apt/packages.ts'
export { command } from './sal/command/command.ts'
export { dnsRecords } from './sal/dns/records.ts'
export { directory } from './sal/files/directory.ts'
export { file } from './sal/files/file.ts'
export { symlink } from './sal/files/symlink.ts'
export { mount } from './sal/mount/mount.ts'
export { address } from './sal/network/address.ts'
export { bridge } from './sal/network/bridge.ts'
export { route } from './sal/network/route.ts'
export { ruleset } from './sal/nftables/ruleset.ts'
export { sysctl } from './sal/sysctl/sysctl.ts'
export { running } from './sal/systemd/running.ts'
export { unit } from './sal/systemd/unit.ts'
export { authorizedKey } from './sal/users/authorized-key.ts'
export { group } from './sal/users/group.ts'
export { user } from './sal/users/user.ts'
export type { Holder, JobRow, Memory, Run } from './store/store.ts'
export { templates } from './templates/index.ts'
export { type Transport, TransportError } from './transport/transport.ts'
export type { WatchEvent } from './watch/events.ts'
export { type WatchOptions, watch } from './watch/watch.ts'
export {
  type ApplyOptions,
  type ApplyResult,
  type Blocker,
  openedFor,
  openWorkspace,
  type PlannedAgain,
  type PlanOptions,
  type Progress,
  type ServiceStatus,
  type Why,
  type WhyNot,
  type Workspace,
  type WorkspaceOptions,
} from './workspace.ts'
