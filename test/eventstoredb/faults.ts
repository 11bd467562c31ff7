import { Metadata, status } from '@grpc/grpc-js';

/** What can go wrong with one append. `written` says whether the log has it all the same. */
export interface AppendFault {
  readonly kind: 'unavailable' | 'deadline' | 'notLeader' | 'silence';
  readonly written: boolean;
}

/** A gRPC error as the server sends it. */
export interface GrpcFailure {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

export const isFailure = (error: unknown): error is GrpcFailure =>
  typeof error === 'object' && error !== null && 'code' in error && 'details' in error;

/** @param leader where the leader is, for `notLeader` */
export function failureOf(
  kind: Exclude<AppendFault['kind'], 'silence'>,
  leader: { host: string; port: number },
): GrpcFailure {
  if (kind === 'unavailable') return { code: status.UNAVAILABLE, details: 'Server Is Not Ready' };
  if (kind === 'deadline') return { code: status.DEADLINE_EXCEEDED, details: 'Operation timed out' };
  const metadata = new Metadata();
  metadata.add('exception', 'not-leader');
  metadata.add('leader-endpoint-host', leader.host);
  metadata.add('leader-endpoint-port', `${leader.port}`);
  return { code: status.NOT_FOUND, details: 'Leader info available', metadata };
}

/** Faults that wait for the appends to come, in order. */
export class Faults {
  readonly #next: AppendFault[] = [];

  failNextAppend(fault: AppendFault): void {
    this.#next.push(fault);
  }

  take(): AppendFault | undefined {
    return this.#next.shift();
  }
}
