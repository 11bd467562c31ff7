import { tenantStream } from '#domain';
import type { EventStore } from '#event-store';
import { CREDENTIALS, type CredentialDocument, tenantSettings } from '#projections';
import type { Document } from '#read-models';
import { sameHash } from './token.js';

/** Settings of one tenant as its stream in the log has them, in the documents that the read models would have. */
export class LoggedSettings {
  private readonly documents = new Map<string, Document>();

  private constructor() {}

  /**
   * Costs as much as the tenant has events of its settings.
   * @throws EventStoreUnavailable
   */
  static async read(store: Pick<EventStore, 'read'>, tenant: string): Promise<LoggedSettings> {
    const settings = new LoggedSettings();
    for await (const event of store.read(tenantStream(tenant))) {
      for (const touch of tenantSettings.touches(event)) {
        if (!('id' in touch)) continue;
        const key = keyOf(touch.collection, touch.id);
        const document = tenantSettings.apply(settings.documents.get(key), event, touch);
        if (document) settings.documents.set(key, document);
        else settings.documents.delete(key);
      }
    }
    return settings;
  }

  get<T extends Document>(collection: string, id: string): T | undefined {
    return this.documents.get(keyOf(collection, id)) as T | undefined;
  }

  credentialWith(tokenHash: string): CredentialDocument | undefined {
    for (const [key, document] of this.documents) {
      if (!key.startsWith(keyOf(CREDENTIALS.name, ''))) continue;
      const credential = document as CredentialDocument;
      if (sameHash(credential.tokenHash, tokenHash)) return credential;
    }
    return undefined;
  }
}

const keyOf = (collection: string, id: string): string => `${collection} ${id}`;
