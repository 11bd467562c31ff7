import type { Command } from 'commander';
import { at } from '../admin-api.js';
import { printSetup, type SetupField } from './connections.js';
import { type CommandContext, print, printDone, printList } from './context.js';

interface OAuthClient {
  readonly id: string;
  readonly name: string;
  readonly userName: string;
  readonly secretIssuedAt: string;
  readonly lastUsedAt?: string;
}

interface RegisterOptions {
  readonly name?: string;
  readonly userName?: string;
  readonly redirectUri?: readonly string[];
  readonly scope?: readonly string[];
}

export function oauthClientCommands(program: Command, context: CommandContext): void {
  const clients = program.command('oauth-clients').description('OAuth 2 clients of a connection');
  const show = (answer: { setup?: readonly SetupField[] }): void => {
    if (context.isJson()) return print(context, answer);
    const { setup, ...shown } = answer;
    print(context, shown, ['clientId', 'clientSecret', 'userName', 'password']);
    if (setup) printSetup(context, setup);
  };

  clients
    .command('list <tenant> <connection>')
    .description('list clients')
    .action(async (tenant: string, connection: string) => {
      const path = at`/tenants/${tenant}/connections/${connection}/oauth-clients`;
      const { oauthClients } = await (await context.api()).call<{ oauthClients: OAuthClient[] }>('GET', path);
      printList(context, oauthClients, {
        id: (one) => one.id,
        name: (one) => one.name,
        username: (one) => one.userName,
        'secret since': (one) => one.secretIssuedAt,
        'last used': (one) => one.lastUsedAt,
      });
    });

  clients
    .command('register <tenant> <connection>')
    .description('register a client; secret and password are shown this once')
    .option('--name <name>', 'to tell it from others')
    .option('--user-name <name>', 'whom the sign-in page lets in')
    .option('--redirect-uri <uri...>', 'besides those of the preset')
    .option('--scope <scope...>', 'what its tokens may do; default what the preset says')
    .action(
      async (
        tenant: string,
        connection: string,
        { redirectUri: redirectUris, scope: scopes, ...body }: RegisterOptions,
      ) => {
        const path = at`/tenants/${tenant}/connections/${connection}/oauth-clients`;
        show(await (await context.api()).call('POST', path, { ...body, redirectUris, scopes }));
      },
    );

  clients
    .command('show <tenant> <client-id>')
    .description('show one client')
    .action(async (tenant: string, id: string) =>
      show(await (await context.api()).call('GET', at`/tenants/${tenant}/oauth-clients/${id}`)),
    );

  clients
    .command('change <tenant> <client-id>')
    .description('rename a client, or put other redirect URIs in the place of those added')
    .option('--name <name>')
    .option('--redirect-uri <uri...>')
    .action(
      async (tenant: string, id: string, { name, redirectUri }: { name?: string; redirectUri?: readonly string[] }) => {
        const body = { name, redirectUris: redirectUri };
        show(await (await context.api()).call('PATCH', at`/tenants/${tenant}/oauth-clients/${id}`, body));
      },
    );

  clients
    .command('rotate <tenant> <client-id>')
    .description('give a client another secret; everything granted under the old one ends')
    .action(async (tenant: string, id: string) =>
      show(await (await context.api()).call('POST', at`/tenants/${tenant}/oauth-clients/${id}/rotate`)),
    );

  clients
    .command('password <tenant> <client-id>')
    .description('make another password for the sign-in page; what was allowed goes on')
    .option('--user-name <name>', 'default it stays')
    .action(async (tenant: string, id: string, body: { userName?: string }) => {
      const path = at`/tenants/${tenant}/oauth-clients/${id}/password`;
      print(context, await (await context.api()).call('POST', path, body));
    });

  clients
    .command('delete <tenant> <client-id>')
    .description('delete a client; its tokens end')
    .action(async (tenant: string, id: string) => {
      await (await context.api()).call('DELETE', at`/tenants/${tenant}/oauth-clients/${id}`);
      printDone(context, `OAuth client ${id} is deleted.`);
    });
}
