/** The agent as an image: built binaries and nothing else, no distribution below them. */
import { join } from 'node:path';
import { contentHash } from '../cache/content-hash.ts';
import { NotBuiltError, type PartOptions } from '../cache/cached-part.ts';
import { runCommand, tryCommand } from '../process/run-command.ts';
import { objectFiles } from './npa-bpf.ts';
import { ensureNpaBuild } from './npa-build.ts';
import { npaRecipe } from './npa-recipes.ts';

// Opened by bare name, so the working directory has to be where they are.
const layout = ['WORKDIR /', 'ENTRYPOINT ["/agent"]', 'USER 0'];
const layoutVersion = 1;

/** `npa@1.4.1+no-cleanup` → `staleproof/npa:<hash>`, in the local Docker daemon. */
export async function ensureNpaImage(subject: string, options: PartOptions): Promise<string> {
  const recipe = npaRecipe(subject);
  const { folder, hash } = await ensureNpaBuild(recipe, options);
  const image = `staleproof/npa:${contentHash([hash, layoutVersion, layout])}`;
  const present = await tryCommand(['docker', 'image', 'inspect', image], { signal: options.signal });
  if (present.exitCode === 0) return image;
  if (options.onlyIfBuilt === true) throw new NotBuiltError('npa-image', 5_000);
  const files = ['agent', 'aws-eks-na-cli', 'aws-eks-na-cli-v6', ...objectFiles(recipe.release.kernelFunctions)];
  const archive = join(folder, 'image.tar');
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mtime=@0'];
  await runCommand(['tar', '-C', folder, ...owner, '-cf', archive, ...files], { signal: options.signal });
  const changes = layout.flatMap((line) => ['--change', line]);
  await runCommand(['docker', 'import', ...changes, archive, image], { signal: options.signal });
  await runCommand(['rm', archive]);
  return image;
}
