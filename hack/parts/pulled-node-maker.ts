/** The node image from wherever it can be had: where a registry does not give it after all, it is built on the way. */
import { NotBuiltError } from '../cache/cached-part.ts';
import { ensureNodeImage, type NodeImageSource } from '../images/node-image.ts';
import type { PartMaker } from './maker.ts';

export function pulledNodeMaker(source: NodeImageSource, log: (line: string) => void): PartMaker {
  return {
    name: 'node-image',
    after: ['machine'],
    lane: 'network',
    expectedMs: 120_000,
    async make({ onlyIfBuilt, signal }) {
      if (onlyIfBuilt === true) throw new NotBuiltError('node-image', 120_000);
      await ensureNodeImage({ source, signal, log });
    },
  };
}
