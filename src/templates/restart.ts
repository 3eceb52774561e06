/** The action `restart` of templates whose service is a systemd unit. */
import type { Context, TemplateAction } from '../engine/template.ts'
import { command } from '../sal/command/command.ts'

/** Done once; again with --force. */
export const restartAction = (unitOf: (ctx: Pick<Context, 'slug'>) => string): TemplateAction => ({
  summary: 'Stop it and start it again.',
  tasks: (ctx) => {
    const unit = unitOf(ctx)
    return [
      command({
        name: `restart-${unit}`,
        run: ['systemctl', 'restart', unit],
        effects: [{ kind: 'restart', what: unit }],
        slow: true,
      }),
    ]
  },
})
