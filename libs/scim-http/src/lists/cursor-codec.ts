import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { ScimError } from '#scim';

/** Where a page begins, in the order of a list that is made of runs; see `list-runs.ts`. */
export interface CursorPlace {
  readonly run: number;
  readonly values: readonly (string | number | boolean | null)[];
  /** Of the resource beside the place, the type's own. */
  readonly id: string;
  /** The page lies in front of the place, not behind it. */
  readonly backwards: boolean;
  /** Matches when the walk began. */
  readonly total: number;
}

type Sealed = [
  issuedAt: number,
  run: number,
  id: string,
  values: CursorPlace['values'],
  backwards: 0 | 1,
  total: number,
];

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Cursors of RFC 9865: opaque to clients, because a place holds what the list is sorted by, which may be personal data,
 * and worth nothing when changed or used for another list. No state is kept, so any gateway with the same key goes on.
 */
export class CursorCodec {
  private readonly key: Buffer;

  /**
   * @param secret of the installation, at least 32 characters
   * @param timeoutSeconds how long a cursor is good for
   */
  constructor(
    secret: string,
    readonly timeoutSeconds: number,
    private readonly now: () => number = Date.now,
  ) {
    this.key = createHash('sha256').update(`scim cursors\0${secret}`).digest();
  }

  /** @param list what the cursor is good for, as text: tenant, endpoint, filter and order */
  seal(list: string, { run, id, values, backwards, total }: CursorPlace): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(list));
    const sealed: Sealed = [Math.floor(this.now() / 1000), run, id, values, backwards ? 1 : 0, total];
    const body = Buffer.concat([cipher.update(JSON.stringify(sealed)), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** @throws ScimError `invalidCursor`, `expiredCursor` (RFC 9865 §2.3) */
  open(list: string, cursor: string): CursorPlace {
    const [issuedAt, run, id, values, backwards, total] = this.unseal(list, cursor);
    if (this.now() / 1000 - issuedAt > this.timeoutSeconds) {
      throw new ScimError(
        'expiredCursor',
        `This cursor is older than ${this.timeoutSeconds} seconds; begin again with an empty cursor.`,
      );
    }
    return { run, id, values, backwards: backwards === 1, total };
  }

  private unseal(list: string, cursor: string): Sealed {
    const bytes = /^[\w-]*$/.test(cursor) ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
    // Spare bits of the last letter decode to nothing; one cursor has one spelling.
    if (bytes[0] === VERSION && bytes.length > 1 + IV_BYTES + TAG_BYTES && bytes.toString('base64url') === cursor) {
      const iv = bytes.subarray(1, 1 + IV_BYTES);
      const tag = bytes.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(list)).setAuthTag(tag);
      try {
        const body = Buffer.concat([decipher.update(bytes.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()]);
        return JSON.parse(body.toString()) as Sealed;
      } catch {
        // Not ours, changed, or of another list: the same answer for all, as nobody needs to know which.
      }
    }
    throw new ScimError(
      'invalidCursor',
      'This cursor is not one that this list gave out. Send it unchanged, with the same filter, sortBy and sortOrder, or begin again with an empty cursor.',
    );
  }
}
