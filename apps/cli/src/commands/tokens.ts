import type { Command } from 'commander';
import { at } from '../admin-api.js';
import { wholeNumber } from './arguments.js';
import { type CommandContext, print, printDone, printList } from './context.js';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly lastFour: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
  readonly warnings: readonly { readonly code: string }[];
}

interface Rotation {
  readonly graceSeconds?: number;
  readonly name?: string;
  readonly expiresAt?: string;
}

export function tokenCommands(program: Command, context: CommandContext): void {
  const tokens = program.command('tokens').description('bearer tokens of a connection');

  tokens
    .command('list <tenant> <connection>')
    .description('list those that live')
    .action(async (tenant: string, connection: string) => {
      const path = at`/tenants/${tenant}/connections/${connection}/tokens`;
      const { tokens: found } = await (await context.api()).call<{ tokens: Token[] }>('GET', path);
      printList(context, found, {
        id: (one) => one.id,
        name: (one) => one.name,
        ends: (one) => `…${one.lastFour}`,
        created: (one) => one.createdAt,
        expires: (one) => one.expiresAt,
        'last used': (one) => one.lastUsedAt,
        warnings: (one) => one.warnings.map(({ code }) => code).join(' ') || undefined,
      });
    });

  tokens
    .command('issue <tenant> <connection>')
    .description('issue another token; it is shown this once')
    .option('--name <name>', 'to tell it from others')
    .option('--expires-at <time>', 'when it stops working, as 2027-01-31T08:00:00Z; default never')
    .option('--scope <scope...>', 'what it may do; default what the preset says')
    .action(
      async (
        tenant: string,
        connection: string,
        { scope: scopes, ...body }: { scope?: string[]; name?: string; expiresAt?: string },
      ) => {
        const path = at`/tenants/${tenant}/connections/${connection}/tokens`;
        print(context, await (await context.api()).call('POST', path, { ...body, scopes }), ['id', 'token']);
      },
    );

  tokens
    .command('rotate <tenant> <token-id>')
    .description('issue a token that takes the place of another; it is shown this once')
    .option(
      '--grace-seconds <seconds>',
      'for how long the old one goes on working; default it stops at once',
      wholeNumber,
    )
    .option('--name <name>', 'default the old one’s')
    .option(
      '--expires-at <time>',
      'when the new one stops working, or never; default it lives as long as the old one was to',
    )
    .action(async (tenant: string, id: string, { expiresAt, ...rest }: Rotation) => {
      const path = at`/tenants/${tenant}/tokens/${id}/rotate`;
      const body = { ...rest, expiresAt: expiresAt === 'never' ? null : expiresAt };
      print(context, await (await context.api()).call('POST', path, body), ['id', 'token']);
    });

  tokens
    .command('revoke <tenant> <token-id>')
    .description('end a token at once')
    .action(async (tenant: string, id: string) => {
      await (await context.api()).call('DELETE', at`/tenants/${tenant}/tokens/${id}`);
      printDone(context, `Token ${id} is revoked.`);
    });
}
