import { randomUUID } from 'node:crypto';
import { createServer, type Server as NetServer, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { append, batchAppend } from './append-service.js';
import { DoubleLog } from './double-log.js';
import { Faults } from './faults.js';
import { read } from './read-service.js';

export interface DoubleOptions {
  /** Folder of the log; kept over restarts. */
  readonly directory: string;
  /** Default one that is free. */
  readonly port?: number;
  /** `maxAppendSize` of the server, bytes; default 1 MiB, as the server's. */
  readonly maxAppendBytes?: number;
  /** Offer `BatchAppend`, as servers from 21.10 on do; default true. */
  readonly batchAppend?: boolean;
}

const MIB = 1024 * 1024;

/**
 * A server that speaks as much of EventStoreDB's gRPC protocol as Rollcall uses: reads and subscriptions of `$all` with
 * filters, checkpoints and `CaughtUp`, reads of streams, both kinds of append with expected revisions and idempotence by
 * event id, gossip and server features. Behind a proxy of its own, whose connections can be stalled and cut.
 */
export class EventStoreDbDouble implements AsyncDisposable {
  readonly faults = new Faults();
  readonly #server = new Server({ 'grpc.max_receive_message_length': 17 * MIB });
  readonly #sockets = new Set<Socket>();
  #proxy: NetServer | undefined;
  #stalled = false;
  #port = 0;

  private constructor(readonly log: DoubleLog) {}

  static async start(options: DoubleOptions): Promise<EventStoreDbDouble> {
    const double = new EventStoreDbDouble(new DoubleLog(options.directory));
    if (double.log.records.length === 0) double.#writeSystemEvents();
    double.#serve(options);
    await double.#listen(options.port ?? 0);
    return double;
  }

  get port(): number {
    return this.#port;
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** Connections stay open, and nothing goes through them any more, as behind a firewall that has forgotten them. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#stalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A record of the server's own, such as it writes every few seconds. */
  writeStatistics(): void {
    const data = Buffer.from(JSON.stringify({ 'proc-mem': 1 }));
    const event = { id: randomUUID(), type: '$statsCollected', contentType: 'application/json', data };
    this.log.append('$stats-127.0.0.1:2113', 'any', [{ ...event, metadata: Buffer.alloc(0) }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropConnections();
    this.#proxy?.close();
    this.#server.forceShutdown();
    this.log.close();
  }

  #writeSystemEvents(): void {
    this.writeStatistics();
    const metadata = Buffer.from(JSON.stringify({ $acl: {} }));
    const event = { id: randomUUID(), type: '$metadata', contentType: 'application/json', data: metadata };
    this.log.append('$$$users', 'any', [{ ...event, metadata: Buffer.alloc(0) }]);
  }

  #serve({ maxAppendBytes = MIB, batchAppend: offersBatches = true }: DoubleOptions): void {
    const address = (): { host: string; port: number } => ({ host: '127.0.0.1', port: this.#port });
    const context = { log: this.log, faults: this.faults, maxAppendBytes, address };
    this.#server.addService(streamsService.StreamsService, {
      read: (call: Parameters<typeof read>[1]) => void read(this.log, call),
      append: (call: Parameters<typeof append>[1], answer: Parameters<typeof append>[2]) =>
        append(context, call, answer),
      batchAppend: (call: Parameters<typeof batchAppend>[1]) => batchAppend(context, call),
    });
    this.#server.addService(featuresService.ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: (error: null, methods: features.SupportedMethods) => void) =>
        answer(null, supportedMethods(offersBatches)),
    });
    this.#server.addService(gossipService.GossipService, {
      read: (_: unknown, answer: (error: null, info: gossip.ClusterInfo) => void) => answer(null, clusterOf(address())),
    });
  }

  async #listen(port: number): Promise<void> {
    const inner = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const proxy = createServer((client) => this.#pipe(client, connect(inner, '127.0.0.1')));
    await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
    this.#proxy = proxy;
    this.#port = (proxy.address() as AddressInfo).port;
  }

  #pipe(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from.setNoDelay(true));
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#stalled) from.pause();
    }
  }
}

function supportedMethods(offersBatches: boolean): features.SupportedMethods {
  const methods = ['read', 'append', 'delete', 'tombstone', ...(offersBatches ? ['batchappend'] : [])];
  const service = 'event_store.client.streams.streams';
  const all = methods.map((name) => new features.SupportedMethod().setServiceName(service).setMethodName(name));
  return new features.SupportedMethods().setEventStoreServerVersion('24.10.0').setMethodsList(all);
}

function clusterOf({ host, port }: { host: string; port: number }): gossip.ClusterInfo {
  const member = new gossip.MemberInfo()
    .setInstanceId(new shared.UUID().setString(randomUUID()))
    .setTimeStamp(`${BigInt(Date.now()) * 10_000n}`)
    .setState(gossip.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port));
  return new gossip.ClusterInfo().setMembersList([member]);
}
