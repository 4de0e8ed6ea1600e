// The first thing every npm script runs: plain JavaScript without dependencies, because it installs them.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renamedText } from './renamed-commands.mjs';
import { startEntry } from './start-entry.mjs';
import { swallowedOptions, swallowedText } from './swallowed-options.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [command = '', ...args] = process.argv.slice(2);
const entry = command === 'e2e' ? 'e2e/cli.ts' : `e2e/commands/${command}.ts`;

const swallowed = swallowedOptions(command, process.env);
if (swallowed.length > 0) {
  console.error(`staleproof: ${swallowedText(command, swallowed)}`);
  process.exit(64);
}
if (!existsSync(`${root}${entry}`)) {
  console.error(`staleproof: there is no command ${command}; package.json lists the scripts`);
  process.exit(64);
}

const renamed = renamedText(command);
if (renamed !== undefined) console.error(`staleproof: ${renamed}`);

function modulesAreStale() {
  const installed = `${root}node_modules/.package-lock.json`;
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(`${root}package-lock.json`).mtimeMs;
}

if (modulesAreStale()) {
  console.error('staleproof: installing npm dependencies (node_modules is missing or older than package-lock.json)');
  // Not `npm ci`: it refuses a lock file without the optional packages of platforms that a registry may not carry.
  const install = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (install.status !== 0) {
    console.error('staleproof: npm install failed; the lines above say why');
    process.exit(2);
  }
}
startEntry(entry, args, { cwd: root, loader: 'tsx' });
