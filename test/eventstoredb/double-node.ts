import type { NodeLog } from './node-log.js';

/** Releases of the server that behave differently; each stands for those before it as far as the one before. */
export type ServerVersion = '24.10.0' | '24.10.5' | '25.0.0';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A node as its services see it. */
export interface DoubleNode {
  /** What is read here. */
  readonly log: NodeLog;
  /** What is told to subscribers here; behind what is read where a test says so. */
  readonly subscribed: NodeLog;
  readonly version: ServerVersion;
  /** Where the leader is, itself or another node; undefined while none is known. */
  readonly leader: Address | undefined;
  readonly isLeader: boolean;
}
