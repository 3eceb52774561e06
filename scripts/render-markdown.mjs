// Shows a comment as GitHub would: `node scripts/render-markdown.mjs comment.md comment.html`. GFM tables, HTML and
// strikethrough are read by markdown-it; mentions, issues and Mermaid are not. The page is for a person or a browser.
import { readFileSync, writeFileSync } from 'node:fs'
import markdownIt from 'markdown-it'

/** The HTML of a comment; bare addresses become links, as on GitHub. */
export const renderComment = (text) => markdownIt({ html: true, linkify: true }).render(text)

/** A page around it that looks like one. */
export const commentPage = (text) => `<!doctype html><html><head><meta charset="utf-8"><style>
body { font: 14px/1.5 system-ui, sans-serif; color: #1f2328; margin: 16px; max-width: 900px }
h3 { font-size: 1.25em; margin: 0 0 12px } p, ul { margin: 0 0 12px }
.comment { border: 1px solid #d1d9e0; border-radius: 6px } .head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e }
.text { padding: 16px }
code { font: 85% ui-monospace, monospace; background: #818b981f; padding: .2em .4em; border-radius: 6px }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: auto } pre code { background: none; padding: 0 }
table { border-collapse: collapse; margin: 0 0 12px; display: block; overflow: auto } th, td { border: 1px solid #d1d9e0; padding: 5px 11px; text-align: left }
th[style*=right], td[style*=right] { text-align: right } summary { cursor: pointer } details { margin: 0 0 6px } ul { padding-left: 2em }
</style></head><body><div class="comment"><div class="head"><b>ci</b> commented</div><div class="text">
${renderComment(text).replace(/🔴|🟠|🟢|⚪/gu, (sign) => `<span style="color:${signs[sign]}">●</span>`)}
</div></div></body></html>`

/** GitHub draws emoji itself; not every machine has a font with them. */
const signs = { '🔴': '#cf222e', '🟠': '#e16f24', '🟢': '#1a7f37', '⚪': '#8c959f' }

const [from, to] = process.argv.slice(2)
if (from && to) writeFileSync(to, commentPage(readFileSync(from, 'utf8')))
