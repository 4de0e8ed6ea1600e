import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AttemptState, here } from './attempt-state.ts';
import { recordAction } from './record-action.ts';

const info = { id: 'udp/x', area: 'udp', title: '', claim: '', tags: [], core: false, file: '', refs: [] };
const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p' };

describe('what a spec did', () => {
  const during = (part: 'body' | 'clean-up', act: () => void): AttemptState => {
    const state = new AttemptState(info, 1, 1);
    here.run({ state, depth: 0, part }, act);
    return state;
  };

  it('is kept in order with its time, and only of the body', () => {
    const act = (): void => {
      recordAction({ do: 'patch', target: pod, patch: { a: 1 } });
      recordAction({ do: 'delete', target: pod });
    };
    act();
    expect(during('clean-up', act).actions).to.deep.equal([]);
    const { actions } = during('body', act);
    expect(actions.map((action) => action.do)).to.deep.equal(['patch', 'delete']);
    expect(actions[0]?.at).to.be.within(Date.now() - 60_000, Date.now());
  });

  it('has what the cluster chose once, and again when it is another', () => {
    const { actions } = during('body', () => {
      for (const ip of ['10.0.0.1', '10.0.0.1', '10.0.0.2']) recordAction({ do: 'saw', target: pod, addresses: [ip] });
    });
    expect(actions.flatMap((action) => (action.do === 'saw' ? action.addresses : []))).to.deep.equal([
      '10.0.0.1',
      '10.0.0.2',
    ]);
  });

  it('has no looks', () => {
    const { actions } = during('body', () => {
      for (const argv of [
        ['conntrack', '-L', '-f', 'ipv4'],
        ['sysctl', '-n', 'net.core.somaxconn'],
        ['cat', '/proc/1/status'],
        ['ip', '-6', 'route', 'show'],
        ['conntrack', '-D', '-p', 'udp'],
        ['sysctl', '-w', 'net.core.somaxconn=1'],
        ['ip', 'route', 'add', '10.0.0.0/8'],
      ])
        recordAction({ do: 'command', node: 'n', argv });
    });
    expect(actions.map((action) => (action.do === 'command' ? action.argv.slice(0, 3).join(' ') : ''))).to.deep.equal([
      'conntrack -D -p',
      'sysctl -w net.core.somaxconn=1',
      'ip route add',
    ]);
  });
});
