import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process.js';
import { SharedEngines } from '../support/shared-engines.js';

describe('a clean stop', () => {
  it('answers what is in hand, and gives up the leases for others to take at once', async () => {
    await using engines = await SharedEngines.start();
    const [projector, gateway] = [engines.addProjector(), await engines.addGateway()];
    const tenant = await gateway.newTenant();
    while ((await tenant.get('/Users')).status !== 200) continue;
    const relay = await engines.addRelay();
    await engines.leaseTaken('membership-cleanup');
    await engines.leaseTaken('relay');

    const { http } = gateway;
    const begun = gateway.firstEvent(({ type }) => type === 'UserProvisioned');
    const creates = Array.from({ length: 40 }, (_, n) =>
      http.send({
        method: 'POST',
        target: `/scim/v2/${tenant.slug}/Users`,
        headers: { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify({ userName: `u${n}@example.com` }),
      }),
    );
    await begun;
    const [, answers] = await Promise.all([gateway.stopServing(), Promise.allSettled(creates)]);
    const statuses = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 'refused'));
    // What had reached us is answered as if nothing had happened; what comes later is sent to somebody else.
    for (const status of statuses) expect([201, 503, 'refused']).toContain(status);
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0);

    expect(await engines.isLeaseFree('membership-cleanup')).toBe(true);
    const second = await engines.addGateway();
    await Promise.all([projector.stop(), relay.stop()]);
    for (const lease of ['projector', 'relay']) expect(await engines.isLeaseFree(lease)).toBe(true);
    engines.addProjector();
    const found = await second.newTenant();
    while ((await found.get('/Users')).status !== 200) continue;
    // What was acknowledged is there, and nothing twice.
    const acknowledged = statuses.filter((status) => status === 201).length;
    const { body } = await second.http.send({
      method: 'GET',
      target: `/scim/v2/${tenant.slug}/Users`,
      headers: { authorization: `Bearer ${tenant.token}` },
    });
    expect(body.totalResults).toBeGreaterThanOrEqual(acknowledged);
  });

  it('on SIGTERM answers a request that is still being sent, and exits with 0', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-shutdown-'));
    const server = await ServerProcess.start(dataDir);
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    const body = JSON.stringify({ userName: 'slow@example.com' });
    const head = [
      'POST /scim/v2/demo/Users HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${server.token}`,
      'Content-Type: application/scim+json',
      `Content-Length: ${body.length}`,
    ];
    await new Promise((sent) => socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`, sent));
    // A whole request behind it on another connection tells that the first one's start has come.
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const exit = server.stop();
    await server.hasWritten('Stopping', 1);
    const next = ['GET /scim/v2/demo/Users/nobody HTTP/1.1', ...head.slice(1, 3)];
    socket.write(`${body.slice(5)}${next.join('\r\n')}\r\n\r\n`);
    await once(socket, 'close');
    // What comes behind it on its connection is answered too, as it always is; then the connection ends.
    expect(answer).toMatch(
      /^HTTP\/1\.1 201 [^]*HTTP\/1\.1 404 [^]*connection: close[^]*"schemas":\["urn:ietf:params:scim:api:messages:2\.0:Error"\]/i,
    );
    expect(await exit).toBe(0);
    await rm(dataDir, { recursive: true });
  });
});
