import { CE, type ReceivedMessage, TRACEPARENT } from '#message-bus';
import { type CollectedSpan, OtlpCollector } from '../support/otlp-collector.js';
import { createLogger } from '#telemetry';
import { gatewayWithAdmin, startGateway } from '../support/start-gateway.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';

const CLIENT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = ({ traceId, spanId }: typeof CLIENT, flags = '01') => `00-${traceId}-${spanId}-${flags}`;

const attributeOf = ({ attributes }: CollectedSpan, name: string) =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];

/** The newest message on a topic about somebody. */
const newestAbout = async (app: TestStandalone, topic: string, id: unknown): Promise<ReceivedMessage> => {
  const message = (await app.messages(topic)).filter(({ headers }) => headers[CE.subject] === id).at(-1);
  if (!message) throw new Error(`nothing on ${topic}`);
  return message;
};

describe('traces', () => {
  let collector: OtlpCollector;
  let app: TestStandalone;
  beforeAll(async () => {
    // Sent at once, not every five seconds.
    process.env['OTEL_BSP_SCHEDULE_DELAY'] = '20';
    collector = await OtlpCollector.start();
    app = await TestStandalone.start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  });
  afterAll(async () => {
    delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
    await app[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });

  /** The one span of that name, and of that value of an attribute. */
  const only = (traceId: string, name: string, attribute?: string, value?: string) => {
    const found = collector
      .of(traceId)
      .filter((span) => span.name === name && (attribute === undefined || attributeOf(span, attribute) === value));
    expect([name, found.length]).toEqual([name, 1]);
    return found[0] as CollectedSpan;
  };

  it('go from the client’s request through the event to the products', async () => {
    const tenant = await app.gateway.newTenant();
    const created = await tenant.scim(
      'POST',
      '/Users',
      { userName: 'ana@example.com' },
      {
        headers: { traceparent: traceparent(CLIENT) },
      },
    );
    expect(created.status).toBe(201);
    const { id } = created.body as { id: string };
    await eventually(async () => {
      const request = only(CLIENT.traceId, 'POST /scim/v2/:tenant/Users');
      expect(request.parentSpanId).toBe(CLIENT.spanId);
      expect(attributeOf(request, 'http.response.status_code')).toBeDefined();
      expect(attributeOf(request, 'rollcall.tenant')).toBe(tenant.slug);
      const append = only(CLIENT.traceId, 'append user');
      expect(append.parentSpanId).toBe(request.spanId);
      const relay = only(CLIENT.traceId, 'relay');
      expect(relay.parentSpanId).toBe(append.spanId);
      for (const product of ['wellness', 'hr-assistant']) {
        const taken = only(CLIENT.traceId, 'take in', 'messaging.consumer.group.name', product);
        expect(taken.parentSpanId).toBe(relay.spanId);
        expect(attributeOf(taken, 'messaging.destination.name')).toBe(`rollcall.product.${product}`);
      }
      const projected = collector.of(CLIENT.traceId).filter(({ name }) => name === 'project');
      expect(projected.map(({ parentSpanId }) => parentSpanId)).toContain(append.spanId);
      expect(request.service).toBe('rollcall-standalone');
      for (const { status } of collector.of(CLIENT.traceId)) expect(status.code ?? 0).not.toBe(2);
    });
    expect(JSON.stringify(collector.of(CLIENT.traceId))).not.toContain('ana@example.com');
    // The log and the topics carry it, each the piece that recorded or published.
    const append = only(CLIENT.traceId, 'append user');
    const relay = only(CLIENT.traceId, 'relay');
    const [event] = (await app.gateway.eventsAfter(undefined)).filter(({ stream }) => stream.endsWith(id));
    expect(event?.metadata.traceparent).toBe(traceparent(append));
    for (const topic of ['rollcall.users', 'rollcall.product.wellness']) {
      const { headers } = await newestAbout(app, topic, id);
      expect(headers).toMatchObject({ [CE.traceparent]: traceparent(append), [TRACEPARENT]: traceparent(relay) });
    }
  });

  it('begin with a request that brings none', async () => {
    const tenant = await app.gateway.newTenant();
    expect((await tenant.get('/Users/none')).status).toBe(404);
    await eventually(async () => {
      const request = collector.spans.find(
        (span) =>
          span.name === 'GET /scim/v2/:tenant/Users/:id' && attributeOf(span, 'rollcall.tenant') === tenant.slug,
      );
      expect(request).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
      expect(request?.parentSpanId).toBeUndefined();
    });
  });

  it('leave out what the client does not want sampled, and carry its trace on all the same', async () => {
    const unsampled = { traceId: '11f92f3577b34da6a3ce929d0e0e4711', spanId: '11f067aa0ba90211' };
    const tenant = await app.gateway.newTenant();
    const { body } = await tenant.scim(
      'POST',
      '/Users',
      { userName: 'bob' },
      {
        headers: { traceparent: traceparent(unsampled, '00') },
      },
    );
    const { id } = body as { id: string };
    await eventually(async () => {
      const { headers } = await newestAbout(app, 'rollcall.product.wellness', id);
      expect(headers[CE.traceparent]).toMatch(new RegExp(`^00-${unsampled.traceId}-[0-9a-f]{16}-00$`));
    });
    expect(collector.of(unsampled.traceId)).toEqual([]);
  });

  it('are not made of probes', async () => {
    for (const target of ['/health/live', '/health/ready', '/metrics']) {
      await app.gateway.http.send({ method: 'GET', target });
    }
    const tenant = await app.gateway.newTenant();
    await tenant.get('/Users');
    await eventually(async () => {
      expect(collector.spans.some((span) => attributeOf(span, 'rollcall.tenant') === tenant.slug)).toBe(true);
    });
    expect(collector.spans.filter((span) => /health|metrics/.test(JSON.stringify(span)))).toEqual([]);
  });
});

describe('without a collector', () => {
  it('the client’s trace goes on to the products, for their own spans', async () => {
    await using app = await TestStandalone.start();
    const tenant = await app.gateway.newTenant();
    const { body } = await tenant.scim(
      'POST',
      '/Users',
      { userName: 'ana' },
      {
        headers: { traceparent: traceparent(CLIENT) },
      },
    );
    const { id: plain } = (await tenant.createUser('bob')) as { id: string };
    await eventually(async () => {
      const told = (await newestAbout(app, 'rollcall.product.wellness', (body as { id: string }).id)).headers;
      expect(told[CE.traceparent]).toBe(traceparent(CLIENT));
      expect(told).not.toHaveProperty(TRACEPARENT);
      const { headers } = await newestAbout(app, 'rollcall.product.wellness', plain);
      expect(headers).not.toHaveProperty(CE.traceparent);
    });
  });
});

describe('the log', () => {
  it('tells request id and trace id of a refused request', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger('warn', { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
    await using gateway = await startGateway({ compose: (config) => gatewayWithAdmin(config, logger) });
    const tenant = await gateway.newTenant();
    await tenant.get('/Users/none', { headers: { traceparent: traceparent(CLIENT) } });
    await tenant.get('/Users/none', { headers: { traceparent: 'ana@example.com' } });
    const refused = lines.filter(({ msg }) => msg === 'SCIM request refused');
    expect(refused).toMatchObject([{ requestId: expect.any(String), traceId: CLIENT.traceId }, { status: 404 }]);
    expect(refused[1]).not.toHaveProperty('traceId');
  });
});
