/** Every command by its words, as oclif asks for them. */
import type { Command } from '@oclif/core'
import Action from './commands/action.ts'
import Apply from './commands/apply.ts'
import Approve from './commands/approve.ts'
import Cancel from './commands/cancel.ts'
import Comment from './commands/comment.ts'
import Complete from './commands/complete.ts'
import Completion from './commands/completion.ts'
import Destroy from './commands/destroy.ts'
import Diff from './commands/diff.ts'
import Docs from './commands/docs.ts'
import Doctor from './commands/doctor.ts'
import Drift from './commands/drift.ts'
import Exec from './commands/exec.ts'
import FactsCommand from './commands/facts.ts'
import Fmt from './commands/fmt.ts'
import Forget from './commands/forget.ts'
import GraphCommand from './commands/graph.ts'
import History from './commands/history.ts'
import Import from './commands/import.ts'
import Init from './commands/init.ts'
import LabDoctor from './commands/lab/doctor.ts'
import LabDown from './commands/lab/down.ts'
import LabExec from './commands/lab/exec.ts'
import LabFaultCommand from './commands/lab/fault.ts'
import LabForward from './commands/lab/forward.ts'
import LabHeal from './commands/lab/heal.ts'
import LabList from './commands/lab/list.ts'
import LabLogs from './commands/lab/logs.ts'
import LabPrepare from './commands/lab/prepare.ts'
import LabSsh from './commands/lab/ssh.ts'
import Lsp from './commands/lsp.ts'
import Plan from './commands/plan.ts'
import RunsShow from './commands/runs/show.ts'
import SchemaCommand from './commands/schema.ts'
import SecretsList from './commands/secrets/index.ts'
import SecretsSet from './commands/secrets/set.ts'
import Show from './commands/show.ts'
import Ssh from './commands/ssh.ts'
import StateBackup from './commands/state/backup.ts'
import StateCheckCommand from './commands/state/check.ts'
import StateExport from './commands/state/export.ts'
import StateRecover from './commands/state/recover.ts'
import StateRestore from './commands/state/restore.ts'
import Status from './commands/status.ts'
import TemplateAdd from './commands/template/add.ts'
import TemplateList from './commands/template/list.ts'
import TemplateNew from './commands/template/new.ts'
import TemplateRemove from './commands/template/remove.ts'
import TemplateUpdate from './commands/template/update.ts'
import Templates from './commands/templates/index.ts'
import TemplatesShow from './commands/templates/show.ts'
import Test from './commands/test.ts'
import Unlock from './commands/unlock.ts'
import Validate from './commands/validate.ts'
import Watch from './commands/watch.ts'
import Why from './commands/why.ts'
import WhyNot from './commands/why-not.ts'

export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  action: Action,
  apply: Apply,
  approve: Approve,
  comment: Comment,
  cancel: Cancel,
  complete: Complete,
  completion: Completion,
  destroy: Destroy,
  diff: Diff,
  docs: Docs,
  doctor: Doctor,
  drift: Drift,
  exec: Exec,
  facts: FactsCommand,
  fmt: Fmt,
  forget: Forget,
  graph: GraphCommand,
  history: History,
  import: Import,
  init: Init,
  'lab:doctor': LabDoctor,
  'lab:down': LabDown,
  'lab:exec': LabExec,
  'lab:fault': LabFaultCommand,
  'lab:forward': LabForward,
  'lab:heal': LabHeal,
  'lab:list': LabList,
  'lab:logs': LabLogs,
  'lab:prepare': LabPrepare,
  'lab:ssh': LabSsh,
  lsp: Lsp,
  plan: Plan,
  runs: History,
  'runs:show': RunsShow,
  schema: SchemaCommand,
  secrets: SecretsList,
  'secrets:set': SecretsSet,
  show: Show,
  ssh: Ssh,
  'state:backup': StateBackup,
  'state:check': StateCheckCommand,
  'state:export': StateExport,
  'state:recover': StateRecover,
  'state:restore': StateRestore,
  status: Status,
  'template:add': TemplateAdd,
  'template:list': TemplateList,
  'template:new': TemplateNew,
  'template:remove': TemplateRemove,
  'template:update': TemplateUpdate,
  templates: Templates,
  'templates:show': TemplatesShow,
  test: Test,
  unlock: Unlock,
  validate: Validate,
  watch: Watch,
  why: Why,
  'why-not': WhyNot,
}
