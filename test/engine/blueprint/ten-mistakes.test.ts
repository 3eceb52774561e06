import { expect, test } from 'vitest'
import { showPlace } from '../../../src/base/place.ts'
import { readBlueprint } from '../../../src/engine/blueprint/read-blueprint.ts'
import { scopeOf } from './given.ts'

test('ten mistakes in three files are told in one go, each with its code and its place', () => {
  const files = [
    {
      path: 'blueprints/main.yaml',
      text: `node__n1:
  host: 10.0.0.1
  host: 10.0.0.2
vm__web:
  $prtect: true
  memory: \${vars.memry}
  key: !!python/name:os.system x
`,
    },
    {
      path: 'blueprints/more.yaml',
      text: `node.physical__n1: {}
storge: {}
vm__a:b: {}
---
actions:
  - actor: vm
`,
    },
    {
      path: 'blueprints/broken.yaml',
      text: `vm__x:
  disks: [a, b
  note: "open
`,
    },
  ]
  const { problems } = readBlueprint(files, { scope: scopeOf({ vars: { memory: '1g' } }) })
  expect(problems.map((one) => `${one.at ? showPlace(one.at) : ''} ${one.code}`)).toEqual([
    'blueprints/broken.yaml:3:3 YAML_SYNTAX',
    'blueprints/broken.yaml:4:1 YAML_SYNTAX',
    'blueprints/main.yaml:3:3 KEY_DUPLICATE',
    'blueprints/main.yaml:5:3 STEER_UNKNOWN',
    'blueprints/main.yaml:6:13 VAR_UNKNOWN',
    'blueprints/main.yaml:7:8 YAML_TAG',
    'blueprints/more.yaml:1:1 SERVICE_DUPLICATE',
    'blueprints/more.yaml:2:1 TOP_KEY',
    'blueprints/more.yaml:3:1 NAME_INVALID',
    'blueprints/more.yaml:6:5 FIELD_MISSING',
  ])
})
