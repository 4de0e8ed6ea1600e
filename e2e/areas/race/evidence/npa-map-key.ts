/**
 * Keys of the network policy agent's conntrack map, as raw bytes (`bpftool map dump -j`) and as its own tool prints them.
 * v4: source 4, port 2 (host order), pad 2, destination 4, port 2, protocol 1, pad 1, owner 4 and since v1.3.7 ifindex 4;
 * v6 the same with 16-byte addresses. Host order is little endian on every machine that the agent is built for.
 */
import type { FlowTuple } from './npa-log.ts';

export interface NpaMapKey {
  readonly tuple: FlowTuple;
  readonly owner: string;
  readonly ifindex: number | undefined;
}

/** Throws for a length that no version uses. */
export function decodeNpaMapKey(bytes: Uint8Array): NpaMapKey {
  const v6 = bytes.length === 60 || bytes.length === 56;
  if (!v6 && bytes.length !== 24 && bytes.length !== 20)
    throw new Error(`expected a conntrack key of 20, 24, 56 or 60 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = v6 ? 16 : 4;
  const address = (offset: number): string => formatAddress(bytes.subarray(offset, offset + size));
  const destination = size + 4;
  const owner = destination + size + 4;
  return {
    tuple: {
      sourceIp: address(0),
      sourcePort: view.getUint16(size, true),
      destinationIp: address(destination),
      destinationPort: view.getUint16(destination + size, true),
      protocol: bytes[destination + size + 2] ?? 0,
    },
    owner: address(owner),
    ifindex: owner + size < bytes.length ? view.getUint32(owner + size, true) : undefined,
  };
}

const printedForm =
  /Conntrack Key : Source IP - (\S+) Source port - (\d+) Dest IP - (\S+) Dest port - (\d+) Protocol - (\d+) Owner IP - (\S+)(?: Ifindex - (\d+))?/g;

/** All keys in the output of `aws-eks-na-cli ebpf dump-maps <id>`. */
export function* readPrintedMapKeys(text: string): Generator<NpaMapKey> {
  for (const [
    ,
    sourceIp = '',
    sourcePort,
    destinationIp = '',
    destinationPort,
    protocol,
    owner = '',
    ifindex,
  ] of text.matchAll(printedForm))
    yield {
      tuple: {
        sourceIp,
        sourcePort: Number(sourcePort),
        destinationIp,
        destinationPort: Number(destinationPort),
        protocol: Number(protocol),
      },
      owner,
      ifindex: ifindex === undefined ? undefined : Number(ifindex),
    };
}

/** RFC 5952 for IPv6: lower case, the longest run of two or more zero groups as `::`. */
function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  let [best, length] = [-1, 1];
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - start > length) [best, length] = [start, end - start];
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + length).join(':')}`;
}
