/** All subjects by name, light enough for `--list-subjects`. */
import { apiClients } from '../../areas/watch/subjects/api-clients.ts';
import { packetCaptures } from '../../areas/capture/subjects/packet-captures.ts';
import { policyAgents } from '../../areas/race/subjects/policy-agents.ts';
import { serviceProxies } from '../../areas/udp/subjects/service-proxies.ts';
import type { SubjectEntry } from './subject.ts';

export const subjects: readonly SubjectEntry[] = [...serviceProxies, ...policyAgents, ...apiClients, ...packetCaptures];
