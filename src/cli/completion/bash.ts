/** Completion for bash 3.2 and later; needs nothing of the bash-completion package. */
import type { CommandShape, Words } from './commands.ts'

export function bashScript(commands: readonly CommandShape[]): string {
  return `# bash completion for ays, made by \`ays completion bash\`
_ays_words() {
  case $1 in
    folders) COMPREPLY=($(compgen -d -- "$cur")) ;;
    files) COMPREPLY=($(compgen -f -- "$cur")) ;;
    none) COMPREPLY=() ;;
    *) COMPREPLY=($(compgen -W "$(ays complete "$1" 2>/dev/null)" -- "$cur")) ;;
  esac
}
_ays() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      -*) ;;
      *) case "$command $word" in
${commands.map(({ name }) => `        ${quote(name.includes(' ') ? name : ` ${name}`)}) command=${quote(name)} ;;`).join('\n')}
${topics(commands)
  .map((topic) => `        ${quote(` ${topic}`)}) command=${quote(topic)} ;;`)
  .join('\n')}
      esac ;;
    esac
  done
  case "$command:$prev" in
${commands.flatMap((command) => command.flags.filter((flag) => flag.takesValue).map((flag) => `    ${names(command.name, flag)}) ${wordsOf(flag.options, flag.words)}; return ;;`)).join('\n')}
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W ${quote(next('', commands).join(' '))} -- "$cur")) ;;
${commands.map((command) => `    ${quote(command.name)}) ${bodyOf(command, commands)} ;;`).join('\n')}
${topics(commands)
  .map(
    (topic) => `    ${quote(topic)}) COMPREPLY=($(compgen -W ${quote(next(topic, commands).join(' '))} -- "$cur")) ;;`,
  )
  .join('\n')}
  esac
}
complete -F _ays ays`
}

function bodyOf(command: CommandShape, commands: readonly CommandShape[]): string {
  const flags = command.flags.flatMap((flag) => [`--${flag.name}`, ...(flag.allowNo ? [`--no-${flag.name}`] : [])])
  const arg = command.args[0]
  const below = next(command.name, commands)
  const more = below.length > 0 ? `; COMPREPLY+=($(compgen -W ${quote(below.join(' '))} -- "$cur"))` : ''
  return `if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quote(flags.join(' '))} -- "$cur")); else ${wordsOf(arg?.options ?? [], arg?.words ?? 'none')}${more}; fi`
}

const wordsOf = (options: readonly string[], words: Words): string =>
  options.length > 0 ? `COMPREPLY=($(compgen -W ${quote(options.join(' '))} -- "$cur"))` : `_ays_words ${words}`

const names = (command: string, flag: CommandShape['flags'][number]): string =>
  [`--${flag.name}`, ...(flag.char ? [`-${flag.char}`] : [])].map((word) => quote(`${command}:${word}`)).join('|')

/** Words that may follow these words of a command. */
export function next(words: string, commands: readonly CommandShape[]): string[] {
  const lead = words === '' ? '' : `${words} `
  return [
    ...new Set(
      commands
        .filter(({ name }) => name.startsWith(lead) && name !== words)
        .map(({ name }) => name.slice(lead.length).split(' ')[0] ?? ''),
    ),
  ]
}

/** First words that are no command by themselves, such as `lab`. */
export function topics(commands: readonly CommandShape[]): string[] {
  const known = new Set(commands.map(({ name }) => name))
  return next('', commands).filter((word) => !known.has(word))
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
