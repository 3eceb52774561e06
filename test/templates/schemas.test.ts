import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { workspaceSchema } from '../../src/engine/blueprint/workspace-schema.ts'
import { templates } from '../../src/templates/index.ts'

const rules = new Ajv({ strict: false })

// At run time the schemas are taken as they are: see checkAgainst.
test.each([
  ...templates.map((template) => [template.name, template.data] as const),
  ['ays.yaml', workspaceSchema] as const,
])('the schema of %s is a valid JSON Schema', (_, schema) =>
  expect(rules.validateSchema(schema), rules.errorsText()).toBe(true),
)
