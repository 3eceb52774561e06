import type { AnyTemplate } from '../engine/template.ts'

/** Every template that ships with ays. */
export const templates: readonly AnyTemplate[] = []
