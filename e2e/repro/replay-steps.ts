/** Recorded actions as files and as lines of a shell script that does them again on another cluster. Pure. */
import type { Action, ActionTarget } from '../harness/run/action.ts';
import { shellQuoted } from '../report/shell-quote.ts';
import { type ApplyObject, asPodOfPublicImage } from './public-pod.ts';
import { StandIns } from './stand-ins.ts';

export interface Replay {
  /** Lines of the script, in order. */
  readonly lines: readonly string[];
  /** File below steps/ → text. */
  readonly files: ReadonlyMap<string, string>;
  /** In-pod programs that the pods start: `udp-server.mjs`. */
  readonly programs: readonly string[];
  readonly standIns: StandIns;
}

/** Longer pauses of the recording were waits for something, and the script waits for the same. */
const LONGEST_PAUSE_S = 10;

export function replayOf(actions: readonly Action[]): Replay {
  const replay = new Replaying();
  replay.nodes(actions);
  let before = actions[0]?.at ?? 0;
  const made = new Set(actions.flatMap((action) => (action.do === 'apply' ? nameIfNamespace(action.object) : [])));
  for (const action of actions) {
    // Pods of the subject and of the cluster have other names there.
    if (action.do === 'saw' && !made.has(action.target.namespace ?? '')) continue;
    const pause = Math.min(Math.round((action.at - before) / 1000), LONGEST_PAUSE_S);
    before = action.at;
    if (pause >= 1 && action.do !== 'saw') replay.lines.push(`pause ${pause}`);
    replay.add(action);
  }
  const { lines, files, standIns } = replay;
  return { lines, files, standIns, programs: [...replay.programs].sort() };
}

function nameIfNamespace(object: unknown): readonly string[] {
  const { kind, metadata } = object as ApplyObject;
  return kind === 'Namespace' ? [metadata.name] : [];
}

type Seen = Extract<Action, { do: 'saw' }>;
const isNode = (action: Action): boolean => action.do === 'saw' && action.target.kind === 'Node';

class Replaying {
  readonly lines: string[] = [];
  readonly files = new Map<string, string>();
  readonly programs = new Set<string>();
  readonly standIns = new StandIns();

  nodes(actions: readonly Action[]): void {
    const seen = actions.flatMap((action) =>
      action.do === 'saw' && isNode(action) ? [{ name: action.target.name, addresses: action.addresses }] : [],
    );
    for (const role of ['control-plane', 'worker']) {
      const ours = seen.filter(({ name }) => /control-plane/.test(name) === (role === 'control-plane'));
      const marks = ours.flatMap(({ name, addresses }) => [
        this.standIns.mark(name),
        ...addresses.map((address) => `+${this.standIns.mark(address)}`),
      ]);
      if (marks.length > 0) this.#line('nodes', role, ...marks);
    }
  }

  add(action: Action): void {
    switch (action.do) {
      case 'apply':
        return this.#apply(action.object as ApplyObject);
      case 'patch': {
        const { kind, namespace = '', name, subresource = '' } = action.target;
        const file = this.#file(`patch-${kind}-${name}.json`, JSON.stringify(action.patch, null, 2));
        return this.#line('patch', file, resourceOf(action.target), namespace, name, subresource);
      }
      case 'delete': {
        const { namespace = '', name } = action.target;
        const grace = action.graceSeconds === undefined ? [] : [String(action.graceSeconds)];
        return this.#line('remove', resourceOf(action.target), namespace, name, ...grace);
      }
      case 'request':
        // What was asked without a body (a proxied GET by POST) cannot be asked by kubectl.
        if (action.method !== 'POST' || action.body === undefined) return;
        return this.#line('request', action.method, action.path, this.#file('request.json', json(action.body)));
      case 'exec': {
        const { namespace = '', name } = action.pod;
        const file = this.#file(`in-${name}.sh`, `${shellQuoted(action.argv)}\n`);
        return this.#command(action.kept, 'in_pod_file', namespace, name, action.container ?? '', file);
      }
      case 'command': {
        const command = shellQuoted(action.argv);
        const piped = action.stdin === undefined ? command : `${command} <<'INPUT'\n${action.stdin}\nINPUT`;
        return this.#command(action.kept, 'on_node_file', action.node, this.#file('on-node.sh', `${piped}\n`));
      }
      case 'write': {
        const { path, mode } = action;
        const quoted = shellQuoted([path]);
        const text = `mkdir -p "$(dirname ${quoted})"\nbase64 -d >${quoted} <<'INPUT'\n${action.base64}\nINPUT\nchmod ${mode.toString(8)} ${quoted}\n`;
        return this.#line('on_node_file', action.node, this.#file('write.sh', text));
      }
      case 'saw':
        return this.#saw(action);
    }
  }

  #apply(object: ApplyObject): void {
    const { pod, programs } = asPodOfPublicImage(object);
    for (const program of programs) this.programs.add(program);
    const { kind, metadata } = object;
    // A namespace's name is made up, and tells nothing.
    const named = kind === 'Namespace' ? kind : `${kind}-${metadata.name}`;
    this.#line('apply', this.#file(`apply-${named}.json`, json(pod)));
    if (kind === 'Namespace') this.#line('programs', metadata.name);
  }

  #saw({ target, addresses, nodePorts = [] }: Seen): void {
    const { kind, namespace = '', name } = target;
    // A pod of the host's network has its node's address, which has a mark already.
    const fresh = addresses.map((address) => this.standIns.mark(address));
    const ports = nodePorts.map((port) => `+${this.standIns.mark(String(port))}`);
    this.#line(kind === 'Pod' ? 'pod' : 'service', namespace, name, ...fresh, ...ports);
  }

  #command(kept: true | undefined, ...words: readonly string[]): void {
    this.#line(...(kept === true ? ['kept'] : []), ...words);
  }

  #line(...words: readonly string[]): void {
    this.lines.push(words.map((word) => this.#quoted(word)).join(' '));
  }

  #quoted(word: string): string {
    return word === '' ? "''" : shellQuoted([this.standIns.fill(word)]);
  }

  #file(name: string, text: string): string {
    const plain = name.replace(/[^\w.-]+/g, '-');
    const file = `${String(this.files.size + 1).padStart(2, '0')}-${plain}`;
    this.files.set(file, this.standIns.fill(text));
    return file;
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** `Deployment.v1.apps`, as kubectl names a kind without guessing. */
function resourceOf({ apiVersion, kind }: ActionTarget): string {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${version}.${group}`;
}
