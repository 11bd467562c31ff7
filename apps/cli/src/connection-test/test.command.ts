import { randomBytes } from 'node:crypto';
import type { IdpPreset, IdpProbes } from '#idp';
import type { Command } from 'commander';
import { type AdminApi, at } from '../admin-api.js';
import type { CommandContext } from '../commands/context.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { leaveNothing } from './leave-nothing.js';
import { type CapabilityResult, runProbes } from './run-probes.js';
import { ScimClient } from './scim-client.js';

interface Connection {
  readonly id: string;
  readonly idp: string;
  readonly matchingAttribute: keyof IdpProbes['lookup'];
}

interface TestOptions {
  readonly token?: string;
  readonly variant?: string;
  readonly scimUrl?: string;
}

/** Long enough for a test over a slow line; should the end never come, the tokens end by themselves. */
const TOKEN_MINUTES = 10;

/** How the token is written into the header, by the preset's word for it. */
const WAYS: Readonly<Record<string, (token: string) => string>> = {
  bearer: (token) => `Bearer ${token}`,
  rawHeader: (token) => token,
  basic: (token) => `Basic ${Buffer.from(`scim:${token}`).toString('base64')}`,
};

export function testCommand(connections: Command, context: CommandContext): void {
  connections
    .command('test <tenant> <connection>')
    .description('do what the identity provider does, from its connection test to a first cycle, and clean up')
    .option('--token <token>', 'try this token; default one is issued for the test and revoked after it')
    .option('--variant <id>', 'of the preset, as Okta’s “wizard”; see: connections presets --json')
    .option('--scim-url <url>', 'SCIM base URL as the provider has it; default that of ROLLCALL_URL')
    .action(async (tenant: string, id: string, options: TestOptions) => {
      const api = await context.api();
      const connection = await api.call<Connection>('GET', at`/tenants/${tenant}/connections/${id}`);
      const preset = await presetOf(api, connection);
      const probes = probesOf(preset, options.variant);
      const results = await test(api, tenant, connection, { preset, probes, options }, (result) => {
        if (!context.isJson()) context.terminal.out(lineOf(result));
      });
      const passed = results.every(({ outcome }) => outcome === 'passed');
      const summary = { connection: id, idp: connection.idp, passed, capabilities: results };
      if (context.isJson()) context.terminal.out(JSON.stringify(summary, null, 2));
      if (!passed) throw new CommandFailed(EXIT.failed, 'The connection does not do all that its provider needs.');
    });
}

async function presetOf(api: AdminApi, { idp }: Connection): Promise<IdpPreset> {
  const { presets } = await api.call<{ presets: IdpPreset[] }>('GET', '/idp-presets');
  const preset = presets.find((one) => one.id === idp || one.formerIds?.includes(idp));
  if (!preset) throw new CommandFailed(EXIT.failed, `There is no preset ${idp} any more`);
  return preset;
}

function probesOf({ id, probes, variants = [] }: IdpPreset, wanted: string | undefined): IdpProbes {
  if (wanted === undefined) return probes;
  const variant = variants.find((one) => one.id === wanted);
  if (variant) return { ...probes, ...variant.probes };
  const known = variants.map((one) => one.id).join(', ') || 'none';
  throw new CommandFailed(EXIT.usage, `--variant: ${id} has no ${wanted}; it has ${known}`);
}

interface Plan {
  readonly preset: IdpPreset;
  readonly probes: IdpProbes;
  readonly options: TestOptions;
}

/** Runs the test with tokens of its own, and leaves none of them, nor anybody it has made. */
async function test(
  api: AdminApi,
  tenant: string,
  connection: Connection,
  { preset, probes, options }: Plan,
  told: (result: CapabilityResult) => void,
): Promise<CapabilityResult[]> {
  const lookup = probes.lookup[connection.matchingAttribute];
  if (lookup === undefined) {
    const detail = `${preset.title} does not look for people by ${connection.matchingAttribute}, the connection's matching attribute`;
    throw new CommandFailed(EXIT.failed, detail);
  }
  const baseUrl = (options.scimUrl ?? `${api.access.url}/scim/v2/${encodeURIComponent(tenant)}`).replace(/\/+$/, '');
  const issued: string[] = [];
  const issue = async (scopes?: readonly string[]): Promise<string> => {
    const expiresAt = new Date(Date.now() + TOKEN_MINUTES * 60_000).toISOString();
    const path = at`/tenants/${tenant}/connections/${connection.id}/tokens`;
    const { id, token } = await api.call<{ id: string; token: string }>('POST', path, {
      name: 'connection test',
      expiresAt,
      scopes,
    });
    issued.push(id);
    return token;
  };
  try {
    const token = options.token ?? (await issue());
    const cleaner = await issue(['get:users', 'delete:users', 'get:groups', 'delete:groups']);
    const as = (authorization: string): ScimClient => new ScimClient(baseUrl, authorization);
    const tidy = (): Promise<void> => leaveNothing(as(`Bearer ${cleaner}`), values);
    const values = testValues(connection.id);
    const [usual, ...others] = preset.authentication.filter((mode) => mode in WAYS);
    const write = (mode: string | undefined, text: string): string => (WAYS[mode ?? ''] ?? WAYS['bearer']!)(text);
    // A test that was cut short may have left something.
    await tidy();
    try {
      const results: CapabilityResult[] = [];
      for await (const result of runProbes({
        probes,
        lookup,
        client: as(write(usual, token)),
        stranger: as(write(usual, randomBytes(48).toString('hex'))),
        otherWays: new Map(others.map((mode) => [mode, as(write(mode, token))])),
        values,
      })) {
        results.push(result);
        told(result);
      }
      return results;
    } finally {
      await tidy();
    }
  } finally {
    for (const id of issued) await api.call('DELETE', at`/tenants/${tenant}/tokens/${id}`);
  }
}

/** The same for every test of a connection, so that one person comes back each time instead of a new one. */
function testValues(connectionId: string): Map<string, unknown> {
  const name = `rollcall-test-${connectionId}`;
  return new Map([
    ['userName', `${name}@example.invalid`],
    ['externalId', name],
    ['groupName', `Rollcall test ${connectionId}`],
    ['nobody', `rollcall-nobody-${connectionId}`],
  ]);
}

const MARKS = { passed: 'pass', failed: 'FAIL', skipped: 'skip' } as const;

function lineOf({ capability, outcome, reason, calls }: CapabilityResult): string {
  const took = calls.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const count = `${calls.length} request${calls.length === 1 ? '' : 's'}, ${took} ms`;
  return `${MARKS[outcome]}  ${capability.padEnd(15)}  ${reason ?? count}`;
}
