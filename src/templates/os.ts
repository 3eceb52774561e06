/** The operating system on a node, as AYS wrote it: a step between a node and what lives on it. */
import { Type } from 'typebox'
import { ProblemsError } from '../base/problem.ts'
import { defineTemplate, manyOf, oneOf } from '../engine/template.ts'

const data = Type.Object({
  sshAddr: Type.Optional(Type.String({ description: 'AYS gave the address here; it must be the one of the node.' })),
  sshPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'Likewise.' })),
  description: Type.Optional(Type.String()),
})

const osOver = (name: string, system: string) =>
  defineTemplate({
    name,
    summary: `${system} on a node, reached over SSH.`,
    data,
    parent: oneOf(['node']),
    consumes: {
      sshkey: manyOf(['sshkey'], { description: 'Read as AYS did; ays logs in with your own agent and keys.' }),
    },
    outputs: ({ node }) => ({ host: node?.outputs.host }),
    tasks: ({ address, data, node }) => {
      if (data.sshAddr !== undefined && node.outputs.host !== data.sshAddr)
        throw new ProblemsError([
          {
            code: 'FIELD_TYPE',
            message: `${address} gives ssh.addr ${data.sshAddr}, but its node is reached as ${String(node.outputs.host)}.`,
            hint: 'Give the address at the node.',
          },
        ])
      return []
    },
  })

export const os = osOver('os', 'A Linux system')
export const osSshAlpine = osOver('os.ssh.alpine', 'Alpine Linux')
export const osSshArch = osOver('os.ssh.arch', 'Arch Linux')
export const osSshCentos = osOver('os.ssh.centos', 'CentOS')
export const osSshDebian = osOver('os.ssh.debian', 'Debian')
export const osSshFedora = osOver('os.ssh.fedora', 'Fedora')
export const osSshOpensuse = osOver('os.ssh.opensuse', 'openSUSE')
export const osSshUbuntu = osOver('os.ssh.ubuntu', 'Ubuntu')
