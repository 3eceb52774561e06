/** The small things of a system: files, packages, units, users. */
import { Type } from 'typebox'
import { isSecret, joinText, type Secret, type Text, text } from '../base/secret.ts'
import { defineTemplate, manyOf } from '../engine/template.ts'
import { packages } from '../sal/apt/packages.ts'
import { file as fileTask } from '../sal/files/file.ts'
import { checkedPath } from '../sal/files/path.ts'
import { running } from '../sal/systemd/running.ts'
import { unit as unitTask } from '../sal/systemd/unit.ts'
import { unitLine, unitVariable } from '../sal/systemd/unit-text.ts'
import { authorizedKey } from '../sal/users/authorized-key.ts'
import { userKind, user as userTask } from '../sal/users/user.ts'
import { onNode } from './places.ts'
import { restartAction } from './restart.ts'

const mode = Type.String({ pattern: '^0?[0-7]{3,4}$', default: '0644', description: 'Octal, as chmod takes it.' })

export const file = defineTemplate({
  name: 'file',
  summary: 'A file with this content.',
  data: Type.Object({
    path: Type.String({ pattern: '^/.', description: 'Absolute path on the node. Editing it moves the file.' }),
    content: Type.String({ secret: true, description: 'Text; `${file("files/x.conf")}` reads one of the workspace.' }),
    mode,
    owner: Type.String({ default: 'root' }),
    group: Type.String({ default: 'root' }),
  }),
  parent: onNode,
  tasks: ({ data }) => [
    fileTask(data.path, data.content, { mode: Number.parseInt(data.mode, 8), owner: data.owner, group: data.group }),
  ],
})

export const packageTemplate = defineTemplate({
  name: 'package',
  summary: 'Packages of the distribution.',
  data: Type.Object({
    names: Type.Optional(
      Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9+.-]*$' }), {
        minItems: 1,
        description: 'Absent: the name of the service.',
      }),
    ),
  }),
  parent: onNode,
  tasks: ({ data, name }) => [packages([...(data.names ?? [name])])],
})

export const unit = defineTemplate({
  name: 'unit',
  summary: 'A program of yours as a systemd service.',
  data: Type.Object({
    exec: Type.String({
      pattern: '^[^\\p{Cc}]*[^ \\p{Cc}\\\\]$',
      description: 'ExecStart, in the words of systemd: one line.',
    }),
    description: Type.Optional(Type.String()),
    user: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$', default: 'root' }),
    workingDirectory: Type.Optional(
      Type.String({
        pattern: '^/(?:[^\\p{Cc}]*[^ \\p{Cc}\\\\])?$',
        description: 'Absolute path of a folder that is there.',
      }),
    ),
    environment: Type.Record(Type.String(), Type.String({ secret: true }), {
      default: {},
      description: 'Variables. Secret ones come from a file that root alone can read.',
    }),
    after: Type.Array(
      Type.String({
        pattern: '^(?:-\\.)?(?:[A-Za-z0-9:_.@]|\\\\x[0-9a-f]{2})(?:[A-Za-z0-9:_.@-]|\\\\x[0-9a-f]{2})*$',
        description: 'A unit.',
      }),
      {
        default: ['network.target'],
      },
    ),
    restart: Type.Union([Type.Literal('no'), Type.Literal('on-failure'), Type.Literal('always')], {
      default: 'on-failure',
    }),
    packages: Type.Array(Type.String(), {
      default: [],
      description: 'Packages that it needs: `nginx`, `nginx=1.22.1-9`.',
    }),
  }),
  parent: onNode,
  tasks: ({ data, slug, address }) => {
    const variables: [string, Text][] = Object.entries(data.environment)
    const environment = variables.flatMap(([key, value]) =>
      isSecret(value) ? [] : [`Environment=${unitVariable(key, value)}\n`],
    )
    const secret = variables.flatMap(([key, value]) => (isSecret(value) ? [secretLine(key, value)] : []))
    const secretsIn = `/etc/ays/units/${slug}.env`
    if (secret.length > 0) environment.push(`EnvironmentFile=${secretsIn}\n`)
    const description = data.description?.replaceAll(/\s+/g, ' ').trim() || address
    const lines = `[Unit]\nDescription=${unitLine('the description', description)}\nAfter=${data.after.join(' ')}\n\n[Service]\nExecStart=${data.exec}\nUser=${data.user}\n${data.workingDirectory ? `WorkingDirectory=${unitLine('the working directory', folderOf(data.workingDirectory))}\n` : ''}${environment.join('')}Restart=${data.restart}\n\n[Install]\nWantedBy=multi-user.target\n`
    return [
      ...(data.packages.length > 0 ? [packages([...data.packages])] : []),
      ...(secret.length > 0 ? [fileTask(secretsIn, joinText(secret, ''), { mode: 0o600 })] : []),
      unitTask(`ays-${slug}`, text`${lines}`),
    ]
  },
  running: ({ slug, tasks }) => [running(`ays-${slug}`, { startedWith: tasks })],
  actions: { restart: restartAction(({ slug }) => `ays-${slug}`) },
})

/** As systemd reads it from an EnvironmentFile. Unit files themselves can be read by everybody. */
function secretLine(key: string, value: Secret): Secret {
  unitVariable(key, '')
  return value.with(value.ref, `${key}="${value.reveal().replaceAll(/[\\"$`]/g, '\\$&')}"\n`)
}

const folderOf = (path: string): string => (path === '/' ? path : checkedPath(path))

export const user = defineTemplate({
  name: 'user',
  summary: 'A user account, with the keys that log it in.',
  data: Type.Object({
    uid: Type.Optional(Type.Integer({ minimum: 1 })),
    groups: Type.Array(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$' }), { default: [] }),
    shell: Type.String({ pattern: '^/[^:\\p{Cc}]+$', default: '/bin/bash' }),
    home: Type.Optional(Type.String({ pattern: '^/[^:\\p{Cc}]+$' })),
    system: Type.Boolean({ default: false }),
    authorizedKeys: Type.Array(Type.String({ pattern: '^(ssh|ecdsa|sk)-(?:[^\\p{Cc}]|\\t)+\\s*$' }), {
      default: [],
      description: 'Lines of .pub files.',
    }),
  }),
  parent: onNode,
  gives: {
    uid: { type: 'integer', description: 'Its number on the node.', known: 'once found' },
    home: { type: 'string', description: 'Its home.', known: 'once found' },
  },
  outputs: ({ data, name, found }) => {
    const account = found(userKind, `user:${name}`)
    const known = account?.state === 'present' ? account : undefined
    return { uid: data.uid ?? known?.uid ?? undefined, home: data.home ?? known?.home ?? undefined }
  },
  consumes: { sshkey: manyOf(['sshkey'], { description: 'Keys that may log in as this user.' }) },
  tasks: ({ data, name, peers }) => {
    const lines = [
      ...data.authorizedKeys,
      ...peers.sshkey.flatMap((key) => (typeof key.outputs.publicKey === 'string' ? [key.outputs.publicKey] : [])),
    ]
    return [
      userTask(name, {
        groups: [...data.groups],
        shell: data.shell,
        system: data.system,
        ...(data.uid ? { uid: data.uid } : {}),
        ...(data.home ? { home: data.home } : {}),
      }),
      ...lines.map((line) => authorizedKey(name, line)),
    ]
  },
})
