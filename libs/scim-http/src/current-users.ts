import { isLive, userStream } from '#domain';
import type { Aggregates, UserNameClaims } from '#handlers';
import { documentId, USERS, type UserDocument } from '#projections';
import { compileScimFilter, type ReadModels, ReadModelsUnavailable } from '#read-models';
import type { CompareNode } from '#scim';
import { type Described, DESCRIBED_FIELDS, type ResourceRenderer } from './resource-renderer.js';

const FIELDS = [...DESCRIBED_FIELDS, 'status'] satisfies readonly (keyof UserDocument)[];

/**
 * Users as the log has them this moment, every acknowledged write included. A document of the read model is as good as a
 * folded stream, and much cheaper, when the log says that its stream ends where the document does; without that word,
 * or without a document, the stream is read.
 */
export class CurrentUsers {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly claims: UserNameClaims,
    private readonly readModels: ReadModels,
    private readonly renderer: ResourceRenderer,
  ) {}

  /** The user with this id, if SCIM shows them. */
  async byId(tenant: string, id: string): Promise<Described | undefined> {
    const { users } = this.aggregates;
    const stream = userStream(tenant, id);
    const cached = users.peek(stream);
    if (!cached && users.tellsCurrency) {
      const document = await this.attempt(
        this.readModels.get<UserDocument>(USERS.name, documentId(tenant, id), FIELDS),
      );
      if (document && users.isCurrent(stream, document.version)) return shows(document) ? document : undefined;
    }
    const loaded = cached ?? (await users.load(stream));
    return isLive(loaded.state) ? this.renderer.describeUser(id, loaded) : undefined;
  }

  /**
   * The living user with a userName.
   * @param node `userName eq "…"`, parsed
   */
  async byUserName(tenant: string, node: CompareNode & { value: string }): Promise<Described | undefined> {
    const { users } = this.aggregates;
    // `eq ""` asks who has no name, which is nobody.
    if (users.tellsCurrency && node.value !== '') {
      const filter = { $and: [{ scope: tenant }, compileScimFilter(node)] };
      const found = await this.attempt(
        this.readModels.find<UserDocument>(USERS.name, { filter, limit: 2, fields: FIELDS }),
      );
      const [document] = found ?? [];
      // A living user holds the claim of the name they bear, so that no other can have it (ADR 0004). Where nobody is
      // found, only the claim itself can tell that nobody has the name since.
      if (document && found?.length === 1 && users.isCurrent(userStream(tenant, document.id), document.version)) {
        return document;
      }
    }
    const hit = await this.claims.find(tenant, node.value);
    return hit && this.renderer.describeUser(hit.userId, hit.loaded);
  }

  /** Undefined where the read models are away: the log answers without them. */
  private async attempt<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof ReadModelsUnavailable) return undefined;
      throw error;
    }
  }
}

const shows = ({ status }: UserDocument): boolean => status === 'active' || status === 'inactive';
