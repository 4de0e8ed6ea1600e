/** .ci/run itself, with an npm that says what each test needs; lanes and tallies are the real ones. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { lanes } from './lanes.ts';
import { proofSlices } from './proof-slices.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Lanes and the collection of leftovers, the test runs and the set-up: what a good run counts besides 2 × 900 tests. */
const besides = lanes.length + proofSlices.length + 2;

/** `$1` is what npm was called with, in one line. A lane finds its results under its number. */
const npm = `#!/bin/bash
here=$(dirname "$0")
line="$*"
echo "$line" >> "$here/called"
for script in "$here"/answers/*; do
  [ -e "$script" ] || continue
  if [[ $line == *"$(basename "$script")"* ]]; then . "$script"; fi
done
case $line in
  test*) echo "900 passed, 0 failed, 3 skipped" ;;
  *--reports-folder*)
    folder=$(sed 's/.*--reports-folder \\([^ ]*\\).*/\\1/' <<< "$line")
    mkdir -p "$folder/run"
    ln -sfn run "$folder/latest"
    cp "$here/lanes/$(basename "$folder").jsonl" "$folder/run/results.jsonl"
    exit "$(cat "$here/lanes/$(basename "$folder").exit")" ;;
esac
exit 0
`;

describe('.ci/run', function () {
  this.timeout(120_000);
  let folder = '';
  const bin = (...names: readonly string[]): string => join(folder, 'bin', ...names);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'staleproof-ci-run-'));
    for (const name of ['.ci', 'bin/lanes', 'bin/answers']) mkdirSync(join(folder, name), { recursive: true });
    cpSync(join(root, '.ci/run'), join(folder, '.ci/run'));
    for (const name of ['hack', 'e2e', 'node_modules', 'package.json', 'tsconfig.json'])
      symlinkSync(join(root, name), join(folder, name));
    writeFileSync(bin('npm'), npm, { mode: 0o755 });
    for (const [index, { exit, passes = [], fails = {} }] of lanes.entries()) {
      const attempt = (id: string, more: object): string =>
        `${JSON.stringify({ type: 'attempt', final: true, spec: { id }, ...more })}\n`;
      const lines = [
        ...passes.map((id) => attempt(id, { verdict: 'pass' })),
        ...Object.entries(fails).map(([id, reason]) =>
          attempt(id, { verdict: 'fail', failure: { name: 'JudgementError', message: reason } }),
        ),
      ];
      writeFileSync(bin('lanes', `${index + 1}.jsonl`), lines.join(''));
      writeFileSync(bin('lanes', `${index + 1}.exit`), String(exit));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Bash for calls of npm whose line contains `words`. */
  const answer = (words: string, script: string): void => writeFileSync(bin('answers', words), script);

  async function run() {
    const env = { PATH: `${bin()}:${process.env['PATH'] ?? ''}` };
    const result = await execa(join(folder, '.ci/run'), { env, reject: false, stdin: 'ignore', all: true });
    const lines = result.stdout.trimEnd().split('\n');
    return { exit: result.exitCode, closing: lines.at(-1), remarks: lines.filter((line) => /^\w[\w -]*: /.test(line)) };
  }

  it('is green when everything is', async () => {
    const { exit, closing } = await run();
    expect(closing).to.equal(`${1800 + besides} passed, 0 failed, 6 skipped`);
    expect(exit).to.equal(0);
  });

  it('is red when npm test counts 900 passed and dies', async () => {
    answer('test --silent', 'echo "900 passed, 0 failed, 3 skipped"; kill -SEGV $$');
    const { exit, closing, remarks } = await run();
    expect(exit).to.equal(1);
    expect(closing).to.equal(`${1800 + besides} passed, 2 failed, 6 skipped`);
    for (const name of ['npm-test', 'npm-test-newest-lts'])
      expect(remarks).to.include(`failed: ${name}: ended with exit code 139 after "900 passed, 0 failed, 3 skipped"`);
  });

  it('is red when the tests on the other runtime count nothing', async () => {
    answer('--newest-lts', 'echo "dots"; exit 0');
    const { exit, closing } = await run();
    expect(exit).to.equal(1);
    expect(closing).to.equal(`${900 + besides} passed, 1 failed, 3 skipped`);
  });

  it('tolerates a machine that is not ready, and no other end of the set-up', async () => {
    answer('doctor', 'exit 2');
    const notReady = await run();
    expect(notReady.exit).to.equal(0);
    expect(notReady.closing).to.equal(`${1800 + besides - 1} passed, 0 failed, 6 skipped`);
    expect(notReady.remarks.join('\n')).to.contain('not ready: doctor exited with 2');
    answer('doctor', 'kill -SEGV $$');
    const died = await run();
    expect(died.exit).to.equal(1);
    expect(died.remarks).to.include('failed: doctor exited with 139');
  });

  it('repeats a lane after an infrastructure error, visibly, and no other', async () => {
    const results = (verdict: string): string => {
      const line = JSON.stringify({ type: 'attempt', final: true, spec: { id: 'udp/x' }, verdict });
      return `if [ ! -e "$here/once" ]; then touch "$here/once"; mkdir -p reports/ci/1/run; ln -sfn run reports/ci/1/latest; echo '${line}' > reports/ci/1/run/results.jsonl; exit 2; fi`;
    };
    answer('kube-proxy-iptables --tags', results('infrastructure-error'));
    const broke = await run();
    expect(broke.closing).to.equal(`${1800 + besides} passed, 0 failed, 7 skipped`);
    expect(broke.remarks.join('\n')).to.contain(`repeated: ${lanes[0]?.name ?? ''}`);
    rmSync(bin('once'));
    answer('kube-proxy-iptables --tags', results('inconclusive'));
    const open = await run();
    expect(open.exit).to.equal(1);
    expect(open.closing).to.equal(`${1800 + besides - 1} passed, 1 failed, 6 skipped`);
  });

  it('is red when clusters cannot be taken down, or the lanes die before their last line', async () => {
    answer('cluster -- down', 'exit 2');
    const stays = await run();
    expect(stays.exit).to.equal(1);
    expect(stays.remarks.join('\n')).to.contain('failed: npm run cluster -- down --made-by reports/ci exited with 2');
    writeFileSync(bin('node'), '#!/bin/bash\nkill -SEGV $$\n', { mode: 0o755 });
    const died = await run();
    expect(died.exit).to.equal(1);
    expect(died.closing).to.equal('0 passed, 1 failed, 0 skipped');
  });
});
