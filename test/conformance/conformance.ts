import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process.js';
import { type Check, faultsIn, scim2Tester, scimSanity } from './judges.js';
import { virtualEnvironment } from './virtual-environment.js';

/** Lets foreign judges look at the standalone as it is started by anybody, on data of its own. Ends with 1 on a fault. */
async function main(): Promise<void> {
  const bin = await virtualEnvironment();
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-conformance-'));
  const server = await ServerProcess.start(directory);
  try {
    if (server.token === undefined) throw new Error('The first start printed no token');
    const target = { baseUrl: `${server.url}/scim/v2/demo`, token: server.token };
    const checks = [...(await scim2Tester(bin, target)), ...(await scimSanity(bin, target))];
    report(checks);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function report(checks: readonly Check[]): void {
  for (const judge of new Set(checks.map((check) => check.judge))) {
    const count = (outcome: Check['outcome']) =>
      checks.filter((check) => check.judge === judge && check.outcome === outcome).length;
    console.log(`${judge}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  }
  const faults = faultsIn(checks);
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

await main();
