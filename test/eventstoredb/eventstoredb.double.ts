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
import { append } from './append-service.js';
import { DoubleLog } from './double-log.js';
import type { Address, DoubleNode, ServerVersion } from './double-node.js';
import { Faults } from './faults.js';
import { requiresLeader } from './messages.js';
import { NodeLog } from './node-log.js';
import { read } from './read-service.js';

export interface DoubleOptions {
  /** Folder of the log; kept over restarts. */
  readonly directory: string;
  /** Default one that is free. */
  readonly port?: number;
  /** `maxAppendSize` of the server, bytes; default 1 MiB, as the server's. */
  readonly maxAppendBytes?: number;
  /** Default 24.10.5. */
  readonly version?: ServerVersion;
  /** Another node of the same cluster, whose log this one shares; the first of them leads. Default alone. */
  readonly cluster?: EventStoreDbDouble;
}

/** Nodes that share a log. */
interface Cluster {
  readonly nodes: EventStoreDbDouble[];
  leader: EventStoreDbDouble | undefined;
}

/** A call as it came in. */
export interface SeenCall {
  readonly method: 'read' | 'append';
  readonly requiresLeader: boolean;
}

const MIB = 1024 * 1024;

/**
 * A server that speaks as much of EventStoreDB's gRPC protocol as Rollcall uses: reads and subscriptions of `$all` with
 * filters, checkpoints and `CaughtUp`, reads of streams, appends with expected revisions and idempotence by event id, gossip
 * and server features. Behind a proxy of its own, whose connections can be stalled and cut. `BatchAppend` is offered, as
 * servers do, and not served.
 */
export class EventStoreDbDouble implements AsyncDisposable, DoubleNode {
  readonly faults = new Faults();
  /** What clients have asked for, oldest first. */
  readonly seen: SeenCall[] = [];
  readonly log: NodeLog;
  readonly subscribed: NodeLog;
  readonly #server = new Server({ 'grpc.max_receive_message_length': 17 * MIB });
  readonly #sockets = new Set<Socket>();
  #proxy: NetServer | undefined;
  #stalled = false;
  #port = 0;

  private constructor(
    readonly records: DoubleLog,
    readonly version: ServerVersion,
    private readonly cluster: Cluster,
  ) {
    this.log = new NodeLog(records);
    this.subscribed = new NodeLog(records);
    cluster.nodes.push(this);
    cluster.leader ??= this;
  }

  static async start(options: DoubleOptions): Promise<EventStoreDbDouble> {
    const { cluster, version = '24.10.5' } = options;
    const records = cluster?.records ?? new DoubleLog(options.directory);
    const double = new EventStoreDbDouble(records, version, cluster?.cluster ?? { nodes: [], leader: undefined });
    if (records.records.length === 0) double.#writeSystemEvents();
    double.#serve(options);
    await double.#listen(options.port ?? 0);
    return double;
  }

  get port(): number {
    return this.#port;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: this.#port };
  }

  get leader(): Address | undefined {
    return this.cluster.leader?.address;
  }

  get isLeader(): boolean {
    return this.cluster.leader === this;
  }

  /** From now on this node leads its cluster. */
  lead(): void {
    this.cluster.leader = this;
  }

  /** From now on the cluster has no leader, until a node is told to lead. */
  resign(): void {
    this.cluster.leader = undefined;
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
    this.records.append('$stats-127.0.0.1:2113', 'any', [{ ...event, metadata: Buffer.alloc(0) }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropConnections();
    this.#proxy?.close();
    this.#server.forceShutdown();
    const { nodes } = this.cluster;
    nodes.splice(nodes.indexOf(this), 1);
    if (this.isLeader) this.resign();
    if (nodes.length === 0) this.records.close();
  }

  #writeSystemEvents(): void {
    this.writeStatistics();
    const metadata = Buffer.from(JSON.stringify({ $acl: {} }));
    const event = { id: randomUUID(), type: '$metadata', contentType: 'application/json', data: metadata };
    this.records.append('$$$users', 'any', [{ ...event, metadata: Buffer.alloc(0) }]);
  }

  #serve({ maxAppendBytes = MIB }: DoubleOptions): void {
    const address = (): Address => this.address;
    const context = { log: this.records, node: this, faults: this.faults, maxAppendBytes, address };
    const see = (method: SeenCall['method'], call: Parameters<typeof requiresLeader>[0]): void =>
      void this.seen.push({ method, requiresLeader: requiresLeader(call) });
    this.#server.addService(streamsService.StreamsService, {
      read: (call: Parameters<typeof read>[1]) => {
        see('read', call);
        void read(this, call);
      },
      append: (call: Parameters<typeof append>[1], answer: Parameters<typeof append>[2]) => {
        see('append', call);
        append(context, call, answer);
      },
    });
    this.#server.addService(featuresService.ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: (error: null, methods: features.SupportedMethods) => void) =>
        answer(null, supportedMethods(this.version)),
    });
    this.#server.addService(gossipService.GossipService, {
      read: (_: unknown, answer: (error: null, info: gossip.ClusterInfo) => void) =>
        answer(null, clusterOf(this.cluster)),
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

function supportedMethods(version: ServerVersion): features.SupportedMethods {
  const methods = ['read', 'append', 'delete', 'tombstone', 'batchappend'];
  const service = 'event_store.client.streams.streams';
  const all = methods.map((name) => new features.SupportedMethod().setServiceName(service).setMethodName(name));
  return new features.SupportedMethods().setEventStoreServerVersion(version).setMethodsList(all);
}

function clusterOf({ nodes, leader }: Cluster): gossip.ClusterInfo {
  const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
  const members = nodes.map((node) =>
    new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString(randomUUID()))
      .setTimeStamp(`${BigInt(Date.now()) * 10_000n}`)
      .setState(node === leader ? LEADER : FOLLOWER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(node.address.host).setPort(node.address.port)),
  );
  return new gossip.ClusterInfo().setMembersList(members);
}
