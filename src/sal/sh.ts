/**
 * A constant POSIX sh text, written as it stands: backslashes are kept, and `\${name}` is sh's own `${name}`.
 * Nothing can be put into it; data goes to scripts as arguments or on stdin.
 */
export function sh(text: TemplateStringsArray): string {
  return text.raw.join('').replaceAll('\\${', '${')
}
