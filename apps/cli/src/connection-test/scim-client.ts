import { reasonOf } from '../admin-api.js';
import { CommandFailed, EXIT } from '../exit-codes.js';

/** What SCIM answered. */
export interface ScimAnswer {
  readonly status: number;
  /** Parsed; undefined where there is none, or no JSON. */
  readonly body: unknown;
  readonly milliseconds: number;
}

/** Speaks SCIM as one connection. */
export class ScimClient {
  /**
   * @param baseUrl without a slash at the end
   * @param authorization the header as the provider would send it
   */
  constructor(
    private readonly baseUrl: string,
    private readonly authorization: string,
  ) {}

  async send(method: string, path: string, body?: object): Promise<ScimAnswer> {
    const begun = performance.now();
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: this.authorization,
        accept: 'application/scim+json',
        ...(body && { 'content-type': 'application/scim+json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CommandFailed(EXIT.unavailable, `${this.baseUrl} does not answer (${reasonOf(error)})`);
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text), milliseconds: Math.round(performance.now() - begun) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
