import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import { judgingContext } from '../../../harness/run/testdata/judging-context.ts';
import { destroyedBy, followerOf, row } from '../judge/testdata/judging.ts';
import { cleanUpRan } from './clean-up-ran.ts';

describe('a clean-up', () => {
  async function proofOf(...events: readonly ConntrackEvent[]) {
    let changes = 0;
    const { t } = judgingContext();
    const change = () => Promise.resolve((changes += 1));
    const premise = cleanUpRan(t, { name: 'a canary', follower: followerOf(events), row: row(1), change });
    const proof = await premise.prove(t.signal);
    expect(changes).to.equal(1);
    return proof;
  }

  it('ran when a program deleted the row that had to go', async () => {
    expect(await proofOf(destroyedBy(row(1), 'kube-proxy'))).to.include({ proven: true });
  });

  it('is not proven by a proxy that does nothing, by the kernel, or by the end of another row', async () => {
    expect(await proofOf()).to.deep.include({
      proven: false,
      reason: 'it did not within 400 ms, so that other rows stayed proves nothing',
    });
    expect(await proofOf(destroyedBy(row(1)))).to.include({ proven: false });
    expect(await proofOf(destroyedBy(row(2), 'kube-proxy'))).to.include({ proven: false });
  });
});
