/** How the page looks: light and dark, on a desk and on a phone. */
export const style = `
:root { color-scheme: light dark; --text: #1f2328; --faint: #59636e; --page: #fff; --box: #f6f8fa; --line: #d1d9e0;
  --red: #cf222e; --redbox: #ffebe9; --amber: #9a6700; --amberbox: #fff8c5; --green: #1a7f37; --greenbox: #dafbe1; --blue: #0969da; --bluebox: #ddf4ff; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9198a1; --page: #0d1117; --box: #151b23; --line: #3d444d;
  --red: #f85149; --redbox: #3c1618; --amber: #d29922; --amberbox: #35280b; --green: #3fb950; --greenbox: #12321c; --blue: #4493f8; --bluebox: #10243e; } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.35rem; margin: .2rem 0 .6rem }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem }
p { margin: .4rem 0 }
code, pre { font: 13px/1.45 ui-monospace, Menlo, Consolas, monospace }
code { background: var(--box); border-radius: 4px; padding: .1em .35em }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow-x: auto; margin: .5rem 0; white-space: pre }
.faint, .note { color: var(--faint) }
.attention { list-style: none; margin: 0; padding: 0 }
.attention li { border-left: 4px solid var(--line); background: var(--box); border-radius: 4px; margin: .35rem 0; padding: .4rem .7rem }
.attention .high { border-color: var(--red); background: var(--redbox) }
.attention .medium { border-color: var(--amber); background: var(--amberbox) }
.dot { color: var(--line) } .dot.low { color: var(--green) } .dot.medium { color: var(--amber) } .dot.high { color: var(--red) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top }
th, td.number, table code { white-space: nowrap; overflow-wrap: normal }
th { color: var(--faint); font-weight: 600 }
td.number, th.number { text-align: right }
.search { position: sticky; top: 0; background: var(--page); padding: .6rem 0; z-index: 1; display: flex; gap: .8rem; align-items: center }
input { flex: 1; min-width: 0; font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit }
details { border: 1px solid var(--line); border-radius: 6px; margin: .35rem 0 }
summary { cursor: pointer; padding: .4rem .7rem }
details > div { padding: 0 .8rem .6rem }
.tag { display: inline-block; min-width: 4.6em; font-weight: 600 }
.remove .tag, .replace .tag, .minus { color: var(--red) }
.update .tag, .act .tag, .unknown .tag, .change { color: var(--amber) }
.create .tag, .plus { color: var(--green) }
.adopt .tag { color: var(--blue) }
[hidden] { display: none }
svg { max-width: none; height: auto }
svg text { fill: var(--text); font-family: system-ui, sans-serif }
svg .node path, svg .node polygon { fill: var(--box); stroke: var(--line) }
svg .cluster path, svg .cluster polygon { fill: none; stroke: var(--line) }
svg .edge path { stroke: var(--faint) } svg .edge polygon { fill: var(--faint); stroke: var(--faint) }
svg .create path { fill: var(--greenbox); stroke: var(--green) }
svg .update path, svg .act path { fill: var(--amberbox); stroke: var(--amber) }
svg .unknown path { stroke: var(--amber); stroke-dasharray: 4 }
svg .remove path, svg .replace path { fill: var(--redbox); stroke: var(--red) }
svg .adopt path { fill: var(--bluebox); stroke: var(--blue) }
svg .node.open { cursor: pointer }
svg .node.dim { opacity: .2 }
@media (max-width: 40rem) { body { padding: .6rem } h1 { font-size: 1.15rem } th, td { padding: .25rem .4rem } }
`
