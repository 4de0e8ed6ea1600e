/** Remembers what a spec's body does, whoever does it for it. */
import type { Action, ActionStep } from './action.ts';
import { here } from './attempt-state.ts';

/** A spec that does more (a flood of requests) is no sequence that somebody replays. */
const MOST = 2_000;

/** Nothing outside of a spec's body. */
export function recordAction(step: ActionStep): void {
  const store = here.getStore();
  if (store?.part !== 'body') return;
  const { actions } = store.state;
  if (actions.length >= MOST || (step.do === 'saw' && isKnown(actions, step))) return;
  if (step.do === 'command' && isLook(step.argv)) return;
  actions.push({ at: Date.now(), ...step });
}

/** Commands that change nothing, by their name or its first option. */
const LOOKS = new Set([
  'cat',
  'ls',
  'stat',
  'ss',
  'ps',
  'journalctl',
  'iptables-save',
  'ip6tables-save',
  'date',
  'tcpdump',
]);
const LOOKING =
  /^(conntrack (-L|-E|-G|-C|-S)|sysctl (-n|-a)|nft (-j )?(list|monitor)|ip (-[^ ]+ )*\w+ (show|list))( |$)/;

function isLook(argv: readonly string[]): boolean {
  const [program = ''] = argv;
  // Processor time of a subject's processes is read by a loop over /proc.
  return LOOKS.has(program) || LOOKING.test(argv.join(' ')) || argv[2]?.startsWith('for p in /proc/') === true;
}

type Seen = Extract<ActionStep, { do: 'saw' }>;

function isKnown(actions: readonly Action[], { target, addresses }: Seen): boolean {
  const isOf = (action: Action): action is Seen & Action =>
    action.do === 'saw' &&
    action.target.kind === target.kind &&
    action.target.name === target.name &&
    action.target.namespace === target.namespace;
  return actions.findLast(isOf)?.addresses.join() === addresses.join();
}
