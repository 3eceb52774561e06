import { Type } from 'typebox'
import { expect, test } from 'vitest'
import type { Address } from '../../../src/base/address.ts'
import { type AnyTemplate, defineTemplate } from '../../../src/engine/template.ts'
import { build, helper, told } from './world.ts'

const endless = defineTemplate({
  name: 'endless',
  summary: 'x',
  data: Type.Object({}),
  derive: ({ name }) => [{ template: 'endless', name: `${name}x`, data: {} }],
})
const bringer = defineTemplate({
  name: 'bringer',
  summary: 'x',
  data: Type.Object({ size: Type.Optional(Type.Any()), more: Type.Optional(Type.String()) }),
  derive: ({ data }) => [{ template: 'helper', name: 'h', data: { size: data.size } }],
})
const talker = defineTemplate({ name: 'talker', summary: 'x', data: Type.Object({}), outputs: () => ({ word: 'w' }) })
const templates: AnyTemplate[] = [endless, bringer, helper, talker]
const read = (text: string) => build(text, { templates, implicit: [] })

test('services that declare services without end are stopped and told', () => {
  expect(told(read('endless__a:\n').problems)).toEqual([
    `DERIVE_DEPTH 1:1 endless/a${'x'.repeat(16)} declares endless/a${'x'.repeat(17)}, and that is the 17th service declared by a service in a row. [The template endless may never end.]`,
  ])
})

test('two services may bring the same along, if alike; a declared one settles it', () => {
  const alike = read('bringer__a: { size: s }\nbringer__b: { size: s }\n')
  expect(told(alike.problems)).toEqual([])
  expect(alike.graph.services.get('helper/h' as Address)).toMatchObject({ derivedBy: 'bringer/a', data: { size: 's' } })
  const unlike = 'bringer__a: { size: s }\nbringer__b: { size: t }\n'
  expect(told(read(unlike).problems)).toEqual([
    'SERVICE_DUPLICATE 2:1 bringer/b and bringer/a both bring helper/h with them, but not alike. [Declare helper__h yourself: that one counts.]',
  ])
  const settled = read(`${unlike}helper__h: { size: l }\n`)
  expect(told(settled.problems)).toEqual([])
  expect(settled.graph.services.get('helper/h' as Address)?.data).toEqual({ size: 'l' })
})

test('mistakes in what is derived are told at the service that brings it', () => {
  expect(told(read('bringer__a: { size: 5 }\n').problems)).toEqual([
    'FIELD_TYPE 1:1 helper/h: size is 5, but text is expected. The template of bringer/a declares it so. [Put it in quotes: "5".]',
  ])
})

test('what is derived may not depend on outputs, other fields may', () => {
  const word = `'\${services["talker/t"].word}'`
  expect(told(read(`talker__t:\nbringer__a: { more: ${word} }\n`).problems)).toEqual([])
  expect(read(`talker__t:\nbringer__a: { size: ${word} }\n`).problems).toMatchObject([
    { code: 'SET_UNKNOWN', at: { line: 2 } },
  ])
})
