import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nobody } from './watch-matrix.ts';

describe('a session without a client', () => {
  it('does not apply where no chosen client does what it is about', () => {
    expect(nobody('poll', [])).to.include({ name: 'SkipError', message: 'no chosen client polls the API' });
  });

  it('is a failed set-up where the chosen clients are absent: a skip would be green', () => {
    const error = nobody('api', [{ client: 'kubectl', reason: 'the download failed', excused: true }]);
    expect(error.name).to.equal('InfrastructureError');
    expect(error.message).to.match(/watches the API can run here \(kubectl: the download failed\)/);
  });
});
