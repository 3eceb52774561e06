/** Completion for fish. */
import { next, topics } from './bash.ts'
import type { CommandShape, FlagShape, Words } from './commands.ts'

export function fishScript(commands: readonly CommandShape[]): string {
  return [
    '# fish completion for ays, made by `ays completion fish`',
    'complete -c ays -f',
    `function __ays_at
    set -l given (string match -v -- '-*' (commandline -opc)[2..])
    set -l wanted $argv
    test (count $given) -ge (count $wanted); or return 1
    for i in (seq (count $wanted))
        test "$given[$i]" = "$wanted[$i]"; or return 1
    end
end`,
    `function __ays_first
    set -l given (string match -v -- '-*' (commandline -opc)[2..])
    test (count $given) -eq 0
end`,
    ...next('', commands).map(
      (word) => `complete -c ays -n __ays_first -a ${quote(word)} -d ${quote(summaryOf(word, commands))}`,
    ),
    ...topics(commands).flatMap((topic) => below(topic, commands)),
    ...commands.flatMap((command) => [
      ...below(command.name, commands),
      ...argLines(command),
      ...command.flags.flatMap((flag) => flagLines(command, flag)),
    ]),
  ].join('\n')
}

const below = (name: string, commands: readonly CommandShape[]): string[] =>
  next(name, commands).map(
    (word) =>
      `complete -c ays -n ${quote(`__ays_at ${name}`)} -a ${quote(word)} -d ${quote(summaryOf(`${name} ${word}`, commands))}`,
  )

function argLines({ name, args }: CommandShape): string[] {
  const arg = args[0]
  if (!arg) return []
  const words = arg.options.length > 0 ? ` -a ${quote(arg.options.join(' '))}` : wordsOf(arg.words)
  return words === '' ? [] : [`complete -c ays -n ${quote(`__ays_at ${name}`)}${words}`]
}

function flagLines({ name }: CommandShape, flag: FlagShape): string[] {
  const at = `complete -c ays -n ${quote(`__ays_at ${name}`)}`
  const value = flag.takesValue
    ? ` -r${flag.options.length > 0 ? ` -a ${quote(flag.options.join(' '))}` : wordsOf(flag.words)}`
    : ''
  return [
    `${at} -l ${flag.name}${flag.char ? ` -s ${flag.char}` : ''}${value} -d ${quote(flag.summary)}`,
    ...(flag.allowNo ? [`${at} -l no-${flag.name} -d ${quote(flag.summary)}`] : []),
  ]
}

function wordsOf(words: Words): string {
  switch (words) {
    case 'folders':
      return " -a '(__fish_complete_directories)'"
    case 'files':
      return ' -F'
    case 'none':
      return ''
    case 'addresses':
    case 'nodes':
    case 'templates':
      return ` -a '(ays complete ${words} 2>/dev/null)'`
  }
}

const summaryOf = (name: string, commands: readonly CommandShape[]): string =>
  commands.find((command) => command.name === name)?.summary ?? ''
const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
