/** What every packet-capture controller is asked for, whatever its API: apply, look, fetch. Types and one narrowing; adapters stand beside. */
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import type { CaptureCapability } from './kind.ts';
import type { Subject } from '../../../harness/subject/subject.ts';

export interface CaptureRequest {
  readonly namespace: string;
  readonly name: string;
  /** Exactly one of the two. */
  readonly podName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly limits?: { readonly packets?: number; readonly bytes?: number; readonly seconds?: number };
  readonly snapLength?: number;
  readonly ring?: { readonly files: number; readonly megabytes: number };
  readonly filePolicy?: 'Retain' | 'Delete';
}

/** One file, from the first to the last packet, of one instance as the subject claims it. */
export interface CaptureFile {
  readonly epoch: number;
  /** Undefined where the subject's API names no instance. */
  readonly podUID: string | undefined;
  readonly sandboxID: string | undefined;
  readonly nodeName: string;
  readonly path: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly endReason: string | undefined;
  /** As the subject counts them. */
  readonly packets: number;
  readonly bytes?: number;
}

/** The subject's own account of a capture. Never evidence: it is what the packets are held against. */
export interface CaptureView {
  readonly uid: string;
  readonly phase: string;
  /** It claims to be taking packets now. */
  readonly capturing: boolean;
  readonly reason: string;
  readonly podUID: string | undefined;
  readonly files: readonly CaptureFile[];
}

export interface CaptureAgents {
  readonly namespace: string;
  readonly daemonSet: string;
  readonly label: string;
}

/** One leads by a Lease whose holder's name begins with its pod's. */
export interface CaptureController {
  readonly namespace: string;
  readonly deployment: string;
  readonly lease: string;
}

export interface CaptureSubject extends Subject {
  readonly kind: 'packet-capture';
  /** What it can do, known before it is installed; capabilities() answers the same. */
  readonly can: readonly CaptureCapability[];
  apply(cluster: Cluster, request: CaptureRequest, signal: AbortSignal): Promise<void>;
  /** Undefined when there is no such object. */
  view(cluster: Cluster, namespace: string, name: string, signal: AbortSignal): Promise<CaptureView | undefined>;
  /** Asks for its deletion; returns before it is gone. */
  delete(cluster: Cluster, namespace: string, name: string, signal: AbortSignal): Promise<void>;
  /** Throws CaptureFileGone where somebody has looked and there is no such file; everything else that goes wrong is no answer. */
  fetch(cluster: Cluster, file: CaptureFile, signal: AbortSignal): Promise<Uint8Array>;
  /** Answers that the agent on a node has had from the API so far; undefined when it does not tell. */
  apiAnswers(cluster: Cluster, nodeName: string, signal: AbortSignal): Promise<number | undefined>;
  /** The agents' workload, for faults that take it away; undefined where there is none (no capability `own-agents`). */
  readonly agents: CaptureAgents | undefined;
  readonly controller: CaptureController | undefined;
}

/** The file is not there, and not merely out of reach. */
export class CaptureFileGone extends Error {
  override readonly name = 'CaptureFileGone';
}

/** The chosen capture controller of the run. */
export function asCaptureSubject(subject: Subject): CaptureSubject {
  if (subject.kind !== 'packet-capture' || !('fetch' in subject))
    throw new Error(`${subject.name} is no packet-capture controller`);
  return subject as CaptureSubject;
}

/** For faults that need them; specs that use those need the capability `own-agents`. */
export function agentsOf(subject: CaptureSubject): CaptureAgents {
  if (subject.agents === undefined) throw new Error(`${subject.name} has no agents that a fault could meet`);
  return subject.agents;
}

/** For faults that need it; specs that use those need the capability `own-controller`. */
export function controllerOf(subject: CaptureSubject): CaptureController {
  if (subject.controller === undefined) throw new Error(`${subject.name} has no controller that a fault could meet`);
  return subject.controller;
}
