import type { Command } from 'commander';
import { at } from '../admin-api.js';
import { testCommand } from '../connection-test/test.command.js';
import { oneLine } from '../output.js';
import { type CommandContext, print, printDone, printList, SHOWN_ONCE } from './context.js';

interface Connection {
  readonly id: string;
  readonly idp: string;
  readonly name: string;
  readonly state: string;
  readonly failing?: { readonly since: string; readonly likelyCause: string; readonly fix: string };
  readonly contact: { readonly lastRequestAt?: string; readonly refusals: number };
}

interface Preset {
  readonly id: string;
  readonly title: string;
  readonly matchingAttribute: string;
  readonly capabilities: { readonly cadence: string };
}

interface CreateOptions {
  readonly idp: string;
  readonly name?: string;
  readonly matchingAttribute?: string;
  readonly scope?: readonly string[];
}

export function connectionCommands(program: Command, context: CommandContext): void {
  const connections = program.command('connections').description('identity providers linked to a tenant');

  connections
    .command('list <tenant>')
    .description('list connections: whether they wait for their first call, are active or fail, and why')
    .action(async (tenant: string) => {
      const path = at`/tenants/${tenant}/connections`;
      const { connections: found } = await (await context.api()).call<{ connections: Connection[] }>('GET', path);
      printList(context, found, {
        id: (one) => one.id,
        idp: (one) => one.idp,
        name: (one) => one.name,
        state: (one) => one.state,
        'last request': (one) => one.contact.lastRequestAt,
        refused: (one) => one.contact.refusals,
      });
      if (!context.isJson()) for (const one of found) printFailure(context, one);
    });

  connections
    .command('create <tenant>')
    .description('make a connection from a preset, with a first token')
    .requiredOption('--idp <preset>', 'see: connections presets')
    .option('--name <name>', 'default the name of the preset')
    .option('--matching-attribute <attribute>', 'userName, externalId or email; default the preset’s')
    .option('--scope <scope...>', 'what its first token may do; default what the preset says')
    .action(async (tenant: string, { scope: scopes, ...body }: CreateOptions) => {
      const answer = await (
        await context.api()
      ).call<{ setup: { fields: object[] } }>('POST', at`/tenants/${tenant}/connections`, { ...body, scopes });
      if (context.isJson()) return print(context, answer);
      const { setup, ...shown } = answer;
      print(context, shown);
      printSetup(context, setup.fields as SetupField[]);
    });

  connections
    .command('show <tenant> <connection>')
    .description('show one connection')
    .action(async (tenant: string, id: string) =>
      print(context, await (await context.api()).call('GET', at`/tenants/${tenant}/connections/${id}`)),
    );

  for (const [verb, about] of [
    ['pause', 'answer SCIM 503 with Retry-After until it is resumed'],
    ['resume', 'end a pause'],
  ] as const) {
    connections
      .command(`${verb} <tenant> <connection>`)
      .description(about)
      .action(async (tenant: string, id: string) => {
        const path = `${at`/tenants/${tenant}/connections/${id}`}/${verb}`;
        print(context, await (await context.api()).call('POST', path));
      });
  }

  connections
    .command('delete <tenant> <connection>')
    .description('end its access; the people it provisioned stay')
    .action(async (tenant: string, id: string) => {
      await (await context.api()).call('DELETE', at`/tenants/${tenant}/connections/${id}`);
      printDone(context, `Connection ${id} is deleted.`);
    });

  connections
    .command('presets')
    .description('list the identity providers that are known')
    .action(async () => {
      const { presets } = await (await context.api()).call<{ presets: Preset[] }>('GET', '/idp-presets');
      printList(context, presets, {
        id: (one) => one.id,
        title: (one) => one.title,
        'matched by': (one) => one.matchingAttribute,
        'changes come': (one) => one.capabilities.cadence,
      });
    });

  testCommand(connections, context);
}

/** Why a connection fails and what to change, below the table. */
function printFailure({ terminal }: CommandContext, { id, failing }: Connection): void {
  if (!failing) return;
  const { since, likelyCause, fix } = failing;
  terminal.out(`\n${oneLine(`${id} fails since ${since}: ${likelyCause}`)}\n  ${oneLine(fix)}`);
}

export interface SetupField {
  readonly field: string;
  readonly value: string;
}

/** What to type where, below the rest. */
export function printSetup({ terminal }: CommandContext, setup: readonly SetupField[]): void {
  const lines = setup.map(({ field, value }) => `  ${field}: ${value}`);
  terminal.out(`\nAt the identity provider, enter:\n${lines.join('\n')}\n\n${SHOWN_ONCE}`);
}
