import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Answer } from './http-client.js';
import { ADMIN_KEY, type TestGateway } from './start-gateway.js';

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { type?: string; additionalProperties?: unknown }> };
}

/**
 * The admin API as a script uses it that was written from the OpenAPI document alone: every answer is held to what the
 * document says of its route and status, members it does not tell of included.
 */
export class AdminClient {
  private constructor(
    private readonly gateway: TestGateway,
    private readonly document: OpenApi,
    private readonly ajv: Ajv2020,
    /** Bearer key; default the installation's admin key. */
    readonly key: string,
  ) {}

  static async of(gateway: TestGateway): Promise<AdminClient> {
    const { status, body } = await gateway.http.send({ method: 'GET', target: '/admin/openapi.json' });
    if (status !== 200) throw new Error(`no OpenAPI document: ${status}`);
    const document = body as OpenApi;
    for (const schema of Object.values(document.components.schemas)) {
      if (schema.type === 'object') schema.additionalProperties ??= false;
    }
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema(document, 'openapi');
    return new AdminClient(gateway, document, ajv, ADMIN_KEY);
  }

  /** The same for somebody with another key. */
  as(key: string): AdminClient {
    return new AdminClient(this.gateway, this.document, this.ajv, key);
  }

  get = (path: string): Promise<Answer> => this.call('GET', path);
  post = (path: string, body: unknown = {}): Promise<Answer> => this.call('POST', path, body);
  put = (path: string, body: unknown): Promise<Answer> => this.call('PUT', path, body);
  patch = (path: string, body: unknown): Promise<Answer> => this.call('PATCH', path, body);
  delete = (path: string): Promise<Answer> => this.call('DELETE', path);

  /** @param path follows `/admin/v1` */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.gateway.admin(method, path, body, { key: this.key });
    this.expectDescribed(method, `/admin/v1${path.split('?', 1)[0] ?? ''}`, answer);
    return answer;
  }

  private expectDescribed(method: string, path: string, answer: Answer): void {
    const template = this.templateOf(path);
    const operation = template && this.document.paths[template]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${method} ${path} is not in the document`);
    const response = operation.responses[answer.status];
    if (!response) throw new Error(`${method} ${template} is not said to answer ${answer.status}: ${answer.text}`);
    if (!response.content) {
      expect(answer.text).toBe('');
      return;
    }
    const type = (answer.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    expect(Object.keys(response.content)).toContain(type);
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(answer.status), 'content', type];
    const validate = this.compiled(`openapi#/${pointer.map(escape).join('/')}/schema`);
    if (!validate(answer.body)) {
      throw new Error(
        `${method} ${template} ${answer.status}: ${this.ajv.errorsText(validate.errors)}: ${answer.text}`,
      );
    }
  }

  private compiled(ref: string): ValidateFunction {
    return this.ajv.getSchema(ref) ?? this.ajv.compile({ $ref: ref });
  }

  /** The path of the document that has the fewest parameters among those that fit. */
  private templateOf(path: string): string | undefined {
    const fits = Object.keys(this.document.paths).filter((template) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
    return fits.sort((a, b) => a.split('{').length - b.split('{').length)[0];
  }
}

const escape = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
