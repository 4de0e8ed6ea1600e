/**
 * The .NET clients on a real .NET Core runtime: PyPI carries the runtime, Debian's C# compiler compiles against its assemblies.
 * The runtime is the last of its line (3.1); KubernetesClient and newer runtimes are on NuGet only.
 */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePart } from '../cache/cached-part.ts';
import { fixturesFolder } from '../images/bundle-fixtures.ts';
import { readMirror } from '../machine/apt-packages.ts';
import { runCommand, runLogged } from '../process/run-command.ts';
import { type ClientPart, lacks } from './client-parts.ts';

const runtimeVersion = '3.1.23';
/** .NET Core 3.1 speaks TLS by OpenSSL 1.1, which Debian had until bullseye. */
const openssl = {
  path: 'pool/main/o/openssl/libssl1.1_1.1.1w-0+deb11u1_amd64.deb',
  sha256: 'aadf8b4b197335645b230c2839b4517aa444fd2e8f434e5438c48a18857988f7',
};
const source = join(fixturesFolder, 'watch-dotnet');

export const dotnetClient: ClientPart = {
  async needs() {
    if (process.arch !== 'x64') return [`.NET Core ${runtimeVersion} is on PyPI for x64 only, this is ${process.arch}`];
    return lacks([
      [['mcs', '--version'], 'the C# compiler (Debian package mono-mcs) is not installed'],
      [['dpkg-deb', '--version'], 'dpkg-deb is not installed'],
      [['python3', '-m', 'pip', '--version'], 'python3 with pip is not installed'],
    ]);
  },
  async file(options) {
    const files = readdirSync(source)
      .filter((file) => file.endsWith('.cs'))
      .sort();
    const { folder } = await ensurePart(
      {
        kind: 'watch-dotnet',
        inputs: { runtimeVersion, openssl, sources: files.map((file) => readFileSync(join(source, file))) },
        expectedMs: 40_000,
        async make(aside, logFile, signal) {
          const settings = { signal, cwd: aside };
          await fetchRuntime(aside, logFile, settings);
          const assemblies = join(aside, 'runtime/shared/Microsoft.NETCore.App', runtimeVersion);
          const references = readdirSync(assemblies)
            .filter((name) => /^(System\..*|System|mscorlib|Microsoft\.Win32\.Primitives)\.dll$/.test(name))
            // Points at Windows itself.
            .filter((name) => !name.includes('WindowsRuntime'));
          const compiler = ['mcs', '-nologo', '-nostdlib', '-noconfig', '-langversion:7.2', '-nowarn:1702'];
          const inputs = [
            ...references.map((name) => `-r:${join(assemblies, name)}`),
            ...files.map((name) => join(source, name)),
          ];
          await runLogged([...compiler, '-out:client.dll', ...inputs], logFile, settings);
          await writeFile(join(aside, 'client.runtimeconfig.json'), JSON.stringify(runtimeConfig));
          await writeFile(join(aside, 'client'), launcher, { mode: 0o755 });
        },
      },
      options,
    );
    return join(folder, 'client');
  },
};

const runtimeConfig = {
  runtimeOptions: {
    framework: { name: 'Microsoft.NETCore.App', version: runtimeVersion },
    // No ICU is asked for: nothing here depends on a language.
    configProperties: { 'System.Globalization.Invariant': true },
  },
};

const launcher = `#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH="$here/openssl/usr/lib/x86_64-linux-gnu" DOTNET_CLI_TELEMETRY_OPTOUT=1 exec "$here/runtime/dotnet" "$here/client.dll" "$@"
`;

async function fetchRuntime(
  folder: string,
  logFile: string,
  settings: { readonly signal: AbortSignal | undefined; readonly cwd: string },
): Promise<void> {
  const wheel = join(folder, 'wheel');
  await mkdir(wheel);
  const pip = ['python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', wheel];
  await runLogged([...pip, `dotnetcore2==${runtimeVersion}`], logFile, settings);
  await runLogged(
    ['python3', '-m', 'zipfile', '-e', join(wheel, readdirSync(wheel)[0] ?? ''), wheel],
    logFile,
    settings,
  );
  await runCommand(['mv', join(wheel, 'dotnetcore2/bin'), join(folder, 'runtime')], settings);
  await chmod(join(folder, 'runtime/dotnet'), 0o755);
  const archive = join(folder, 'openssl.deb');
  const mirror = readMirror()?.replace(/\/$/, '');
  if (mirror === undefined)
    throw new Error(`${openssl.path} comes from a Debian mirror, and apt’s sources name none here`);
  await runLogged(
    ['curl', '--fail', '--silent', '--show-error', '--location', '-o', archive, `${mirror}/${openssl.path}`],
    logFile,
    settings,
  );
  const found = (await runCommand(['sha256sum', archive], settings)).split(' ')[0];
  if (found !== openssl.sha256)
    throw new Error(`${openssl.path} from ${mirror}: expected sha256 ${openssl.sha256}, got ${found ?? 'nothing'}`);
  await runLogged(['dpkg-deb', '-x', archive, join(folder, 'openssl')], logFile, settings);
  await rm(archive);
  await rm(wheel, { recursive: true });
}
