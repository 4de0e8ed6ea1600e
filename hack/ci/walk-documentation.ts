/**
 * Types what the documentation says, page after page, on real clusters: `node --import tsx hack/ci/walk-documentation.ts [PAGE…]`.
 * Which commands that are stands in hack/ci/ways.ts. Exit 1 when one does not end as it should.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { wayOf } from './ways.ts';
import { documentedCommands } from '../../e2e/report/documents/documented-commands.ts';
import { shellQuoted } from '../../e2e/report/shell-quote.ts';
import { ensureFixturesImage } from '../images/fixtures-image.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A chapter is walked on the clusters that its commands make; these go at its end. */
const chapters: readonly (readonly string[])[] = [
  ['docs/how-to-debug-one-scenario.md', 'docs/how-to-join-a-node.md', 'docs/race.md'],
  ['docs/capture.md'],
];
const surprises: string[] = [];
let kubeconfig = '';

async function type(words: readonly string[], options: { readonly interruptAfter?: number | undefined } = {}) {
  process.stdout.write(`\n$ ${shellQuoted(words)}\n`);
  // Nobody sits at this terminal.
  const [program = '', ...args] = words.filter((word) => word !== '-it');
  const typed = execa(program, args, {
    cwd: root,
    reject: false,
    all: true,
    stdin: 'ignore',
    env: { KUBECONFIG: kubeconfig },
    timeout: 8 * 60_000,
  });
  if (options.interruptAfter !== undefined) setTimeout(() => typed.kill('SIGINT'), options.interruptAfter * 1000);
  const result = await typed;
  process.stdout.write(`${result.all.slice(-3000)}\n`);
  return { code: result.exitCode ?? (result.signal === 'SIGINT' ? 130 : -1), text: result.all };
}

/** Where no registry answers: the image of the in-pod programs has a shell too. Only inside these nodes it has that name. */
async function nameBusybox(cluster: string): Promise<void> {
  const fixtures = await ensureFixturesImage({ log: (line) => process.stdout.write(`${line}\n`) });
  const { stdout } = await execa('docker', [
    'ps',
    '--filter',
    `label=io.x-k8s.kind.cluster=${cluster}`,
    '--format',
    '{{.Names}}',
  ]);
  for (const node of stdout.split('\n').filter(Boolean)) {
    const tag = ['images', 'tag', `docker.io/${fixtures}`, 'docker.io/library/busybox:1.37'];
    await execa('docker', ['exec', node, 'ctr', '-n', 'k8s.io', ...tag], { reject: false });
  }
}

async function walk(pages: readonly string[]): Promise<void> {
  const lastWords: (readonly string[])[] = [];
  const made = new Set<string>();
  for (const page of pages)
    for (const { line, words } of documentedCommands(page, await readFile(join(root, page), 'utf8'))) {
      const way = wayOf(words);
      if (way?.way !== 'walk') continue;
      const text = words.join(' ');
      // Other pages of the chapter still want the cluster.
      if (text.startsWith('npm run cluster -- down')) {
        lastWords.push(words);
        continue;
      }
      const { code, text: said } = await type(words, { interruptAfter: way.interruptAfter });
      if (!way.exits.includes(code)) surprises.push(`${page}:${line}: ${text}: exit ${code}`);
      kubeconfig = /^export KUBECONFIG=(.+)$/m.exec(said)?.[1] ?? kubeconfig;
      if (!text.startsWith('npm run cluster -- up')) continue;
      const purpose = /--purpose (\w+)/.exec(text)?.[1] ?? 'dev';
      made.add(purpose);
      await nameBusybox(`staleproof-${purpose}-ipv4`);
    }
  // Only what this walk has made: a machine may have clusters of others.
  for (const purpose of made) lastWords.push(['npm', 'run', 'cluster', '--', 'down', '--purpose', purpose]);
  for (const words of lastWords) {
    const { code } = await type(words);
    if (code !== 0) surprises.push(`${words.join(' ')}: exit ${code}`);
  }
}

const wanted = process.argv.slice(2);
for (const pages of chapters) {
  const chosen = pages.filter((page) => wanted.length === 0 || wanted.some((word) => page.includes(word)));
  if (chosen.length > 0) await walk(chosen);
}
process.stdout.write(surprises.length === 0 ? 'as documented\n' : `SURPRISES\n${surprises.join('\n')}\n`);
process.exit(surprises.length === 0 ? 0 : 1);
