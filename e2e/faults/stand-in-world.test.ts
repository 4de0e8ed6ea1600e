/** Each fault of the stand-in world once, one after the other: a slice of `npm run prove -- faults`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { playSchedule } from './play-schedule.ts';
import { makeSmallDisk, type SmallDisk } from './small-disk.ts';
import { standInWorld } from './stand-in-world.ts';
import type { World } from './world.ts';

describe('faults under a run', function () {
  this.timeout(150_000);
  let disk: SmallDisk | undefined;
  let world: World;
  before(async function () {
    if (process.getuid?.() !== 0) return this.skip();
    disk = makeSmallDisk(4);
    world = await standInWorld(disk);
  });
  after(async () => {
    if (disk === undefined) return;
    await world.close();
    disk.remove();
  });

  const play = async (name: string) => {
    const reports = join(disk?.path ?? '', name.replace(/\W/g, '-'));
    mkdirSync(reports);
    return playSchedule(world, { number: 1, seed: 0, faults: [{ name, afterMs: 300 }] }, reports);
  };

  for (const [name, verdict, restoredBy] of [
    ['API server restarted', 'infrastructure-error', 'the run'],
    ['exec streams cut', 'infrastructure-error', 'the run'],
    // Times of before and after the step are of two clocks: what passed across it is questioned.
    ['clock stepped', 'inconclusive', 'the run'],
    ['disk full', 'infrastructure-error', 'the run'],
    ['SIGTERM', 'inconclusive', 'the run'],
    ['kill -9', 'killed', 'gc'],
  ] as const)
    it(`${name}: ends as ${verdict}, says so, and leaves nothing (${restoredBy})`, async () => {
      expect(await play(name)).to.deep.include({ problems: [], verdict, restoredBy });
    });
});
