import { awaitBound, judgeClaims } from '../judge/capture-claims.ts';
import { countOf } from '../judge/capture-judgement.ts';
import { noiseWasThere } from '../evidence/capture-premises.ts';
import { ringParts } from '../evidence/capture-shape.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { fileSet, onlyItsFrames, sizeKept, statusCounts } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

const FILES = 2;
/** tcpdump's megabyte; the packet that reaches it is still written. */
const MEGABYTE = 1_000_000;
const PACKET = 3000;

spec(
  {
    id: 'capture/ring-keeps-the-newest',
    title: 'A ring of files keeps the newest packets and stays within its size',
    claim:
      'A capture into a ring MUST take no more room than its files, MUST hold the newest packets without a gap, and MUST say how much it holds.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['file-shape', 'node-files', 'live-file'] },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [{ title: 'tcpdump: -C and -W', url: 'https://www.tcpdump.org/manpages/tcpdump.1.html' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start a target that says much, and its capture', () =>
      stage.begin({ periodMs: 5, padBytes: 1200 }, { ring: { files: FILES, megabytes: 1 } }),
    );
    await awaitBound(stage, target);
    await t.step('let it write more than the ring holds', () => stage.heard(target, 1300));
    await t.evidence.require(noiseWasThere(stage));
    await t.step('delete the target', () => stage.delete(target));
    await stage.truthIsCurrent();
    const [file] = (
      await stage.wait('the capture is closed', 20_000, async () => {
        const view = await stage.view();
        return view?.files.every((one) => one.endedAtMs !== undefined) === true ? view : undefined;
      })
    ).files;
    if (file === undefined) return t.inconclusive('no file');
    const parts = await t.step('read its files', () => ringParts(stage, file, target));
    const foreign = parts.flatMap(({ contents }) => contents.foreign);
    t.judge(onlyItsFrames, {
      outcome: foreign.length === 0 ? 'own' : 'foreign-frames',
      facts: { asked: target.asked },
      subject: stage.subject.name,
      expected: 'every frame of the ring to be the target’s',
      observed: foreign.join('; '),
    });
    const sizes = parts.map(({ bytes }) => bytes);
    const small = sizes.every((size) => size <= MEGABYTE + PACKET);
    t.judge(sizeKept, {
      outcome: parts.length < FILES ? 'too-small' : parts.length > FILES || !small ? 'too-large' : 'kept',
      facts: { limit: 'ring' },
      subject: stage.subject.name,
      expected: `${FILES} files of at most ${MEGABYTE + PACKET} bytes`,
      observed: sizes.join(', '),
    });
    const [incarnation = ''] = target.incarnations;
    const kept = new Set(parts.flatMap(({ contents }) => [...(contents.sent.get(incarnation) ?? [])]));
    const received = [...(stage.truth.snapshot(target.uid).get(incarnation) ?? [])];
    if (received.length === 0) return t.inconclusive(`the sink heard nothing of process ${incarnation}`);
    const oldest = Math.min(...kept);
    const missing = received.filter((seq) => seq >= oldest && !kept.has(seq));
    t.judge(fileSet, {
      outcome: kept.size === 0 || missing.length > 0 ? 'too-few' : oldest === 0 ? 'too-many' : 'as-owed',
      facts: { after: 'ring' },
      subject: stage.subject.name,
      expected: `every datagram from number ${oldest} on, the first ones overwritten`,
      observed: `${missing.length} of ${received.length} missing`,
    });
    const held = sizes.reduce((sum, size) => sum + size, 0);
    t.judge(statusCounts, {
      outcome: countOf(file.bytes, held),
      facts: { unit: 'bytes' },
      subject: stage.subject.name,
      expected: `its status to say ${held} bytes`,
      observed: String(file.bytes),
    });
    judgeClaims(stage);
  },
);
