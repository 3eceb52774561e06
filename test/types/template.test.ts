import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { defineTemplate, manyOf, oneOf, optionalOf } from '../../src/engine/template.ts'

const web = defineTemplate({ name: 'web', summary: 'x', data: Type.Object({ port: Type.Integer() }) })
const node = defineTemplate({ name: 'node', summary: 'x', data: Type.Object({ host: Type.String() }) })

test('linked templates are values: a peer has the type of its data, a misspelt link does not compile', () => {
  const proxy = defineTemplate({
    name: 'proxy',
    summary: 'x',
    data: Type.Object({ size: Type.Integer() }),
    parent: oneOf([node]),
    consumes: { web: manyOf([web]) },
    tasks: ({ parent, peers, data }) => {
      const host: string = parent.data.host
      const ports: number[] = peers.web.map((one) => one.data.port)
      const size: number = data.size
      // @ts-expect-error no such link
      const wrong = peers.wob
      return host && ports && size && wrong ? [] : []
    },
  })
  const loose = defineTemplate({
    name: 'loose',
    summary: 'x',
    data: Type.Object({}),
    parent: optionalOf([node]),
    // @ts-expect-error the parent may be missing
    tasks: ({ parent }) => (parent.data.host ? [] : []),
  })
  expect([proxy.name, loose.name]).toEqual(['proxy', 'loose'])
})
