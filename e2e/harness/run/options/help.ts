/** `--help`, made from the schema. */
import type { OptionInfo } from './schema.ts';

export function helpText(infos: readonly OptionInfo[]): string {
  const groups = new Map<string, string[]>();
  for (const info of infos) {
    const short = info.short === undefined ? '    ' : `-${info.short}, `;
    const value = info.form === 'flag' ? '' : ` ${info.placeholder ?? ''}`;
    const often = info.form === 'list' ? ' (repeatable)' : '';
    const lines = groups.get(info.group) ?? [];
    lines.push(`  ${`${short}--${info.flag}${value}`.padEnd(38)} ${info.describe}${often}`);
    groups.set(info.group, lines);
  }
  const sections = [...groups].map(([group, lines]) => `${group}:\n${lines.join('\n')}`);
  return [
    'npm run e2e -- [options]',
    ...sections,
    'The same names work as E2E_… in the environment (E2E_IP_FAMILY) and as keys of --config.',
    'Exit codes: 0 as expected · 1 a verdict is fail · 2 infrastructure or inconclusive · 64 usage · 130/143 interrupted',
  ].join('\n\n');
}
