import { isLive, userStream } from '#domain';
import type { Aggregates, UserNameClaims } from '#handlers';
import { documentId, type UserDocument, userNameFilter, USERS } from '#projections';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
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
      try {
        const document = await this.readModels.get<UserDocument>(USERS.name, documentId(tenant, id), FIELDS);
        if (document && users.isCurrent(stream, document.version)) return isLive(document) ? document : undefined;
      } catch (error) {
        answerWithout(error);
      }
    }
    const loaded = cached ?? (await users.load(stream));
    return isLive(loaded.state) ? this.renderer.describeUser(id, loaded) : undefined;
  }

  /** The living user with this userName. */
  async byUserName(tenant: string, userName: string): Promise<Described | undefined> {
    const { users } = this.aggregates;
    if (users.tellsCurrency) {
      try {
        const query = { filter: userNameFilter(tenant, userName), limit: 2, fields: FIELDS };
        const [document, another] = await this.readModels.find<UserDocument>(USERS.name, query);
        // A living user holds the claim of the name they bear, so that no other can have it (ADR 0004). Where nobody is
        // found, only the claim itself can tell that nobody has the name since.
        if (document && !another && users.isCurrent(userStream(tenant, document.id), document.version)) return document;
      } catch (error) {
        answerWithout(error);
      }
    }
    const hit = await this.claims.find(tenant, userName);
    return hit && this.renderer.describeUser(hit.userId, hit.loaded);
  }
}

/** Where the read models are away, the log answers without them. */
function answerWithout(error: unknown): void {
  if (!(error instanceof ReadModelsUnavailable)) throw error;
}
