/** Completion for zsh. */
import { next } from './bash.ts'
import type { CommandShape, FlagShape, Words } from './commands.ts'

export function zshScript(commands: readonly CommandShape[]): string {
  return `#compdef ays
# zsh completion for ays, made by \`ays completion zsh\`
_ays_asked() { local -a found; found=(\${(f)"$(ays complete $1 2>/dev/null)"}); compadd -a found }
_ays() {
  local command= word
  local -i i at=1
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case "\${command:+$command }$word" in
${[...new Set(commands.flatMap(({ name }) => prefixes(name)))].map((name) => `      ${quote(name)}) command=${quote(name)}; at=i ;;`).join('\n')}
    esac
  done
  if [[ -z $command ]]; then
    local -a first=(${next('', commands)
      .map((word) => quote(`${word}:${summaryOf(word, commands)}`))
      .join(' ')})
    _describe command first
    return
  fi
  case $command in
${[...new Set(commands.flatMap(({ name }) => prefixes(name)))].map((name) => `    ${quote(name)}) ${bodyOf(name, commands)} ;;`).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_ays" ]; then _ays "$@"; else compdef _ays ays; fi`
}

function bodyOf(name: string, commands: readonly CommandShape[]): string {
  const below = next(name, commands)
  const offer =
    below.length > 0
      ? `local -a below=(${below.map((word) => quote(`${word}:${summaryOf(`${name} ${word}`, commands)}`)).join(' ')}); (( CURRENT == at + 1 )) && _describe command below; `
      : ''
  const command = commands.find((one) => one.name === name)
  if (!command) return `${offer}:`
  const arg = command.args[0]
  const specs = [
    ...command.flags.flatMap(flagSpecs),
    ...(arg ? [quote(`${arg.many ? '*' : '1'}:${arg.name}:${action(arg.options, arg.words)}`)] : []),
  ]
  return `${offer}words=("\${words[1]}" "\${(@)words[at+1,-1]}"); CURRENT=$((CURRENT - at + 1)); _arguments -s ${specs.join(' ')}`
}

function flagSpecs(flag: FlagShape): string[] {
  const text = flag.summary.replace(/[[\]:\\]/g, '\\$&')
  const value = flag.takesValue
    ? `:${flag.value ?? 'value'}:${action(flag.options, flag.words)}`.replace('[=ADDRESS]', '')
    : ''
  const names = [
    `--${flag.name}`,
    ...(flag.char ? [`-${flag.char}`] : []),
    ...(flag.allowNo ? [`--no-${flag.name}`] : []),
  ]
  return names.map((name) => quote(`*${name}[${text}]${value}`))
}

function action(options: readonly string[], words: Words): string {
  if (options.length > 0) return `(${options.join(' ')})`
  switch (words) {
    case 'folders':
      return '_files -/'
    case 'files':
      return '_files'
    case 'none':
      return ' '
    case 'addresses':
    case 'nodes':
    case 'templates':
      return `_ays_asked ${words}`
  }
}

/** `runs`, `runs show` of `runs show`. */
const prefixes = (name: string): string[] => name.split(' ').map((_, i, words) => words.slice(0, i + 1).join(' '))

const summaryOf = (name: string, commands: readonly CommandShape[]): string =>
  (commands.find((command) => command.name === name)?.summary ?? '').replaceAll(':', '\\:')

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
