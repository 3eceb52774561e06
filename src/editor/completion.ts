/** One thing that may be written at the cursor. */
export interface Completion {
  readonly label: string
  readonly type: 'template' | 'field' | 'link' | 'keyword' | 'service' | 'value' | 'variable'
  /** One line beside the label. */
  readonly detail?: string
  /** Markdown. */
  readonly description?: string
  /** What is written, where it is not the label. */
  readonly insert?: string
  /** What comes first has the lowest. */
  readonly rank: number
}
