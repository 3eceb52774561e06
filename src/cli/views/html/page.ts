/** One file that needs nothing else: its style and script stand in it, and the browser is told to load nothing. */
import { createHash } from 'node:crypto'
import { escaped } from './text.ts'

/** `body` is HTML; style and script are constants of ours. */
export function page({
  title,
  style,
  script,
  body,
}: {
  title: string
  style: string
  script: string
  body: string
}): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
