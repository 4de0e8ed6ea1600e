/** Tags of every area, with what they mean. One that neither this list nor an area has is an error, in a spec as in an expression. */
export const ownTags: Readonly<Record<string, string>> = {
  conntrack: 'the state judged stands in a connection tracking table (kernel or BPF)',
  slow: 'takes more than two minutes',
  fast: 'part of the lane that runs on every change',
  nightly: 'too long for every run: left out unless this tag or the id is named',
  disruptive: 'changes a node or an agent that other specs use',
  ipv4: 'about IPv4 only',
  ipv6: 'about IPv6 only',
  dual: 'needs a dual-stack cluster',
  tcp: 'the flow is TCP',
  sctp: 'the flow is SCTP',
  scale: 'many endpoints, flows or rows',
  regression: 'stands for a bug that was reported upstream',
  stress: 'repeats or churns to meet a rare interleaving',
  lifecycle: 'about creation, recreation and deletion of what is watched',
  upgrade: 'the subject is replaced while flows live',
};
