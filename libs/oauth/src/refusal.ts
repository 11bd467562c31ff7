/** A refusal of the protocol, RFC 6749 §4.1.2.1 and §5.2: its code, and what to change. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  constructor(
    readonly error: 'invalid_request' | 'invalid_client' | 'temporarily_unavailable' | 'server_error',
    description: string,
    readonly status = 400,
    readonly retryAfterSeconds?: number,
  ) {
    super(description);
  }
}
