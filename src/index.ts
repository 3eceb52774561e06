/** The library: what the command line can do, a program can do. */
export type { Address } from './base/address.ts'
export type { Code } from './base/codes.ts'
export type { Place } from './base/place.ts'
export { type Problem, ProblemsError, problemLine } from './base/problem.ts'
export { Secret, text } from './base/secret.ts'
export type { Facts } from './engine/facts.ts'
export type { Graph, Service } from './engine/graph/graph.ts'
export type { Command, Effect, FieldChange, Finding, Kind, Look, Program } from './engine/kind.ts'
export type { Action, BlastRadius, Plan, ServicePlan, TaskPlan } from './engine/plan/plan.ts'
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
export type { Holder, JobRow, Memory, Run } from './store/store.ts'
export { templates } from './templates/index.ts'
export { type Transport, TransportError } from './transport/transport.ts'
export {
  type ApplyOptions,
  type ApplyResult,
  openWorkspace,
  type PlanOptions,
  type Progress,
  type ServiceStatus,
  type Workspace,
  type WorkspaceOptions,
} from './workspace.ts'
