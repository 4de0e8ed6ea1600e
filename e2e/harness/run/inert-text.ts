/** Text of others that a terminal, and the log of a CI job, can only show: nothing in it acts. */

// C0 and C1 controls but tab and newline, the marks that reorder text, and what some terminals take for the end of a line.
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- these are the characters to be replaced
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** `::error::`, `::set-output name=x::`: a runner looks for them behind the blanks that begin a line. */
const COMMAND = /^(\s*):(?=:)/gm;
/** `##[error]` and `##vso[…]`: a runner takes them anywhere in a line. */
const OLD_COMMAND = /##(?=[A-Za-z]*\[)/g;

/**
 * Controls become U+FFFD, so no colours, cursors, titles or hidden lines; commands of CI runners are broken by a blank. Lines stay
 * lines. https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function inert(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(UNSAFE, '\ufffd').replace(COMMAND, '$1: ').replace(OLD_COMMAND, '# #');
}
