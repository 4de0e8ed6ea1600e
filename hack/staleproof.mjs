#!/usr/bin/env node
// `npx staleproof …`: the suite as an installed package. Options alone are a run; a first word names another command.
// Paths are relative to the caller's folder, where reports/ is made; nothing is installed here, npm has done that.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renamedText } from './renamed-commands.mjs';
import { startEntry } from './start-entry.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [word = '', ...rest] = process.argv.slice(2);
const named = /^[a-z][a-z-]*$/.test(word) ? word : undefined;
const entry = named === undefined || named === 'e2e' ? 'e2e/cli.ts' : `e2e/commands/${named}.ts`;

if (!existsSync(`${root}${entry}`)) {
  console.error(
    `staleproof: there is no command ${word}; try --help, doctor, report, in-cluster, gc, or a run's options`,
  );
  process.exit(64);
}
const renamed = renamedText(named ?? '');
if (renamed !== undefined) console.error(`staleproof: ${renamed}`);
const args = named === undefined ? process.argv.slice(2) : rest;
startEntry(`${root}${entry}`, args, { cwd: process.cwd(), loader: import.meta.resolve('tsx') });
