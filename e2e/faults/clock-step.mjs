// Loaded before everything else in a run: its wall clock jumps, the monotonic clock does not, as when an administrator sets
// the time. The machine's own clock stays, because others use it. It jumps at SIGUSR2: at a time of its own it would jump before the
// body on a busy machine.
const stepMs = Number(process.env.STALEPROOF_CLOCK_STEP_MS ?? '0');

if (stepMs !== 0) {
  const RealDate = Date;
  let offset = 0;
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + offset);
      else super(...args);
    }
    static now() {
      return RealDate.now() + offset;
    }
  };
  process.on('SIGUSR2', () => (offset = stepMs));
}
