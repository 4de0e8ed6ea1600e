import { awaitBound, awaitPhase, judgeClaims } from '../judge/capture-claims.ts';
import { noiseWasThere } from '../evidence/capture-premises.ts';
import { frameLengths } from '../evidence/capture-shape.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { sizeKept } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

const KEPT = 64;
const BYTES = 20_000;
/** Written between two looks at the file, a second apart, at 40 packets a second. */
const OVERSHOOT = 20_000;

spec(
  {
    id: 'capture/snap-length-and-byte-limit',
    title: 'A capture keeps so much of each packet, and so much in all',
    claim:
      'A capture with a snap length MUST keep no more of a frame, and one that is limited in bytes MUST end soon after them and say why.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['file-shape', 'limits', 'reasons'] },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [{ title: 'tcpdump: -s', url: 'https://www.tcpdump.org/manpages/tcpdump.1.html' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () =>
      stage.begin({ padBytes: 400 }, { snapLength: KEPT, limits: { bytes: BYTES } }),
    );
    await awaitBound(stage, target);
    await t.step('let it talk past the limit', () => stage.heard(target, 200));
    await t.evidence.require(noiseWasThere(stage));
    const view = await t.step('wait until the capture is over', () => awaitPhase(stage, 'Completed', 'ByteLimit'));
    const [file] = view.files;
    if (file === undefined || view.files.length > 1) return t.inconclusive(`${view.files.length} files`);
    const bytes = await stage.subject.fetch(t.env.cluster, file, t.signal);
    const { path: artifact } = await t.attach('capture.pcap', bytes, 'application/vnd.tcpdump.pcap');
    const { packets, kept, sent } = await frameLengths(bytes);
    t.judge(sizeKept, {
      outcome: packets === 0 ? 'too-small' : kept === KEPT && sent > 400 ? 'kept' : 'wrong-length',
      facts: { limit: 'snap-length' },
      subject: stage.subject.name,
      expected: `${KEPT} bytes of frames of more than 400`,
      observed: `${packets} packets, at most ${kept} of ${sent} bytes`,
      artifact,
    });
    t.judge(sizeKept, {
      outcome: bytes.length < BYTES ? 'too-small' : bytes.length > BYTES + OVERSHOOT ? 'too-large' : 'kept',
      facts: { limit: 'bytes' },
      subject: stage.subject.name,
      expected: `${BYTES} bytes or a little more`,
      observed: `${bytes.length}, ${file.bytes} by its status`,
      artifact,
    });
    judgeClaims(stage);
  },
);
