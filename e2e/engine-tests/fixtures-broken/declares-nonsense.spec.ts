/** A tag that nobody knows. */
import { spec } from '../../harness/run/spec.ts';

spec(
  {
    id: 'udp/nonsense',
    title: 'x',
    claim: 'It MUST be refused.',
    tags: ['udp', 'udq'],
    timeout: 5000,
    refs: [],
    judges: 'none',
  },
  async () => undefined,
);
