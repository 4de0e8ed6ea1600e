// Five scripts became parts of `prove`. Their old names go on working for one release, and say the new one.
const scripts = { mutants: 'e2e:mutants', faults: 'faults', flake: 'flake', mutation: 'mutation', policy: 'policy' };

/** One line for somebody who typed the old name; undefined for every other command. */
export function renamedText(command) {
  if (!Object.hasOwn(scripts, command)) return undefined;
  return `npm run ${scripts[command]} goes with the next release; type: npm run prove -- ${command}`;
}
