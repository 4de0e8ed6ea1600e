/** Needs what builds the twins, and no cluster: npm test -- --cluster apiserver-watchers.cluster. CI runs it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { firstUpdateOf } from './testdata/first-update.ts';
import { createSteps } from '../process/steps.ts';
import { localWatcher, watcherClients } from './apiserver-watchers.ts';

const steps = createSteps((line) => process.stderr.write(`${line}\n`));

describe('every twin of the apiserver-watcher', () => {
  for (const client of watcherClients)
    it(`changes nothing before its first list stands: ${client}`, async () => {
      const command = await localWatcher(client, { steps, signal: AbortSignal.timeout(300_000) });
      const { order, summary } = await firstUpdateOf(command);
      expect(order.slice(0, 2)).to.deep.equal(['list', 'listed']);
      expect(summary).to.include({ verdict: 'pass', updates: 1, missed: 0 });
    }).timeout(360_000);
});
