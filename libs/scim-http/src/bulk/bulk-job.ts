import { type RequestContext, versionOf } from '#handlers';
import {
  type BulkEndpoint,
  type BulkMethod,
  type BulkOperation,
  type BulkRequest,
  type BulkStep,
  bulkPrecedence,
  bulkSteps,
  factsOf,
  type JsonValue,
  type OperationFacts,
  postponeReferences,
  type ResolvedReference,
  resolveReferences,
  runBulk,
  ScimError,
} from '#scim';
import { Stretch } from '#turns';
import type { ResourceWrites } from '../resource-writes.js';
import { type BulkResult, SUCCESS_STATUS } from './bulk-result.js';

/** Operations begun before other requests get their turn: each is some tenth of a millisecond of work. */
export const BEGUN_AT_ONCE = 2;

/** What a write tells a bulk job. */
export interface BulkWritten {
  readonly id: string;
  readonly loaded: { readonly revision: number };
}

/** With what a bulk job is carried out. */
export interface BulkJobParts {
  readonly context: RequestContext;
  /** Absolute, as the client used it, without a trailing slash. */
  readonly baseUrl: string;
  readonly writes: Readonly<Record<BulkEndpoint, ResourceWrites<BulkWritten>>>;
  /** Most operations under way at a time. */
  readonly concurrency: number;
  /** Lets others have their turn, after each {@link BEGUN_AT_ONCE} operations. */
  rest(): Promise<void>;
  /** @throws ScimError `forbidden` where the client may not do this */
  expectAllowed(method: BulkMethod, endpoint: BulkEndpoint): void;
  /** Id of the user who holds the name, or held it last. */
  whoHolds(userName: string): Promise<string | undefined>;
  /** What to answer for whatever a write threw. */
  answerFor(exception: unknown): Pick<BulkResult, 'status' | 'response'>;
}

/**
 * Carries out a bulk request, RFC 7644 §3.7. Each operation is a write of its own through the same code as the single
 * request, and stands or falls by itself; what it refers to by `bulkId:` is made before it.
 */
export class BulkJob {
  private readonly operations: readonly BulkOperation[];
  private readonly facts: OperationFacts[] = [];
  private readonly creators: ReadonlyMap<string, number>;
  private readonly made = new Map<string, ResolvedReference>();
  private readonly results: (BulkResult | undefined)[] = [];

  constructor(
    private readonly request: BulkRequest,
    private readonly parts: BulkJobParts,
  ) {
    this.operations = request.operations;
    this.creators = new Map(
      request.operations.flatMap(({ method, bulkId = '' }, index) => (method === 'POST' ? [[bulkId, index]] : [])),
    );
  }

  /** @returns results in the order of the request; undefined for what `failOnErrors` left out */
  async run(): Promise<readonly (BulkResult | undefined)[]> {
    const { operations, facts } = this;
    const stretch = new Stretch();
    for (const operation of operations) {
      facts.push(factsOf(operation));
      if (stretch.isOver) await stretch.rest();
    }
    const steps = bulkSteps(operations, facts);
    const precedence = bulkPrecedence(operations, facts, steps, await this.holders());
    await runBulk(steps, precedence, (step) => this.execute(step), {
      concurrency: this.parts.concurrency,
      failOnErrors: this.request.failOnErrors,
      rest: { after: BEGUN_AT_ONCE, turn: () => this.parts.rest() },
    });
    return operations.map((_, index) => this.results[index]);
  }

  /** Whom a POST may bring back, asked only where another operation could mean that user by id. */
  private async holders(): Promise<Map<string, string>> {
    const holders = new Map<string, string>();
    const namesIds = ({ target, targetBulkId, ids }: OperationFacts) =>
      ids.size > 0 || (target?.id !== undefined && targetBulkId === undefined);
    if (!this.facts.some(namesIds)) return holders;
    const names = new Set(this.facts.flatMap(({ userNames }) => [...userNames]));
    await Promise.all(
      [...names].map(async (name) => {
        const holder = await this.parts.whoHolds(name);
        if (holder !== undefined) holders.set(name, holder);
      }),
    );
    return holders;
  }

  /** @returns how many operations of the step failed */
  private async execute({ operations, circular }: BulkStep): Promise<number> {
    if (circular) await this.executeCircle(operations);
    else for (const index of operations) await this.executeAlone(index);
    return operations.filter((index) => (this.results[index]?.status ?? 0) >= 400).length;
  }

  private async executeAlone(index: number): Promise<void> {
    try {
      this.succeed(index, await this.write(index));
    } catch (error) {
      this.fail(index, error);
    }
  }

  private async write(index: number): Promise<BulkWritten> {
    const { method, version } = this.operations[index]!;
    const { targetBulkId } = this.facts[index]!;
    const { endpoint, id: pathId } = this.requireAllowed(index);
    const id = targetBulkId === undefined ? (pathId ?? '') : this.resolve(targetBulkId).id;
    const data = method === 'DELETE' ? undefined : resolveReferences(this.requireData(index), this.resolve);
    const { context, writes } = this.parts;
    switch (method) {
      case 'POST':
        return writes[endpoint].create(context, data);
      case 'PUT':
        return writes[endpoint].replace(context, id, data, version);
      case 'PATCH':
        return writes[endpoint].patch(context, id, data, version);
      case 'DELETE':
        return writes[endpoint].remove(context, id, version);
    }
  }

  /**
   * POSTs that refer to one another (RFC 7644 §3.7.1): each is made without the references that cannot be resolved yet,
   * which are patched in once all are there. They need each other, so when one fails those made before are taken back.
   */
  private async executeCircle(indexes: readonly number[]): Promise<void> {
    const made: { index: number; written: BulkWritten; postponed: { [name: string]: JsonValue } }[] = [];
    let at = indexes[0] ?? 0;
    try {
      for (at of indexes) {
        this.requireAllowed(at);
        const { kept, postponed } = postponeReferences(this.requireData(at), (bulkId) =>
          this.isToCome(bulkId, indexes),
        );
        const data = resolveReferences(kept, this.resolve);
        const written = await this.writesOf(at).create(this.parts.context, data);
        made.push({ index: at, written, postponed });
        this.remember(at, written);
      }
      for (const one of made) {
        if (Object.keys(one.postponed).length === 0) continue;
        at = one.index;
        const value = resolveReferences(one.postponed, this.resolve);
        const body = { schemas: [PATCH_OP_SCHEMA], Operations: [{ op: 'add', value }] };
        one.written = await this.writesOf(at).patch(this.parts.context, one.written.id, body, undefined);
      }
      for (const { index, written } of made) this.succeed(index, written);
    } catch (error) {
      for (const index of indexes) {
        this.made.delete(this.operations[index]?.bulkId ?? '');
        const detail = `Operation ${at + 1}, with which this one stands in a circle of references, failed; nothing of it was kept.`;
        this.fail(index, index === at ? error : new ScimError('conflict', detail));
      }
      for (const { index, written } of made.reverse()) await this.takeBack(index, written.id);
    }
  }

  private async takeBack(index: number, id: string): Promise<void> {
    try {
      await this.writesOf(index).remove(this.parts.context, id, undefined);
    } catch (cause) {
      const detail = `${this.locationOf(index, id)} was made, but its circle of references failed and it could not be taken back; delete it.`;
      this.fail(index, new ScimError('unavailable', detail, { cause }));
    }
  }

  private isToCome(bulkId: string, circle: readonly number[]): boolean {
    return circle.includes(this.creators.get(bulkId) ?? -1) && !this.made.has(bulkId);
  }

  private writesOf(index: number): ResourceWrites<BulkWritten> {
    return this.parts.writes[this.requireTarget(index).endpoint];
  }

  private requireTarget(index: number): NonNullable<OperationFacts['target']> {
    const { target, fault } = this.facts[index]!;
    if (fault) throw fault;
    return target!;
  }

  private requireAllowed(index: number): NonNullable<OperationFacts['target']> {
    const target = this.requireTarget(index);
    this.parts.expectAllowed(this.operations[index]!.method, target.endpoint);
    return target;
  }

  private requireData(index: number): { [name: string]: JsonValue } {
    const { data, method } = this.operations[index]!;
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data;
    throw new ScimError('invalidSyntax', `"data" must be a JSON object: the body that a single ${method} would have.`);
  }

  private readonly resolve = (bulkId: string): ResolvedReference => {
    const made = this.made.get(bulkId);
    if (made) return made;
    const creator = this.creators.get(bulkId);
    if (creator === undefined) {
      const detail = `bulkId ${JSON.stringify(bulkId.slice(0, 100))} is not that of a POST in this request.`;
      throw new ScimError('invalidValue', detail);
    }
    const detail = `bulkId ${JSON.stringify(bulkId.slice(0, 100))} is that of operation ${creator + 1}, which failed; mend that one and send both again.`;
    throw new ScimError('conflict', detail);
  };

  private remember(index: number, { id }: BulkWritten): void {
    const { method, bulkId } = this.operations[index]!;
    if (method === 'POST' && bulkId !== undefined) this.made.set(bulkId, { id, location: this.locationOf(index, id) });
  }

  private succeed(index: number, written: BulkWritten): void {
    this.remember(index, written);
    const { method } = this.operations[index]!;
    const { endpoint } = this.requireTarget(index);
    this.results[index] = {
      location: this.locationOf(index, written.id),
      ...(method !== 'DELETE' && { version: versionOf(written.loaded.revision) }),
      status: SUCCESS_STATUS[endpoint][method],
    };
  }

  private fail(index: number, exception: unknown): void {
    const { method, path } = this.operations[index]!;
    const { target, targetBulkId } = this.facts[index]!;
    const id = targetBulkId === undefined ? target?.id : (this.made.get(targetBulkId)?.id ?? target?.id);
    const location =
      id === undefined ? `${this.parts.baseUrl}/${path.replace(/^\/+/, '')}` : this.locationOf(index, id);
    this.results[index] = { ...this.parts.answerFor(exception), ...(method !== 'POST' && { location }) };
  }

  private locationOf(index: number, id: string): string {
    return `${this.parts.baseUrl}/${this.facts[index]?.target?.endpoint}/${id}`;
  }
}

const PATCH_OP_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
