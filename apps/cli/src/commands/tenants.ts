import type { Command } from 'commander';
import { at } from '../admin-api.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { type CommandContext, print, printDone, printList } from './context.js';

interface Tenant {
  readonly slug: string;
  readonly name: string;
  readonly status: string;
  readonly registeredAt?: string;
}

export function tenantCommands(program: Command, context: CommandContext): void {
  const tenants = program.command('tenants').description('customer organisations');

  tenants
    .command('list')
    .description('list tenants')
    .option('--status <status>', 'active, suspended or deleted; default those that were not deleted')
    .action(async ({ status }: { status?: string }) => {
      const found = await (await context.api()).all<Tenant>('/tenants', 'tenants', { status, limit: 200 });
      printList(context, found, { slug: (one) => one.slug, name: (one) => one.name, status: (one) => one.status });
    });

  tenants
    .command('create <slug>')
    .description('register a tenant')
    .requiredOption('--name <name>', 'what people call it')
    .action(async (slug: string, { name }: { name: string }) => {
      print(context, await (await context.api()).call('POST', '/tenants', { slug, name }));
    });

  tenants
    .command('show <slug>')
    .description('show one tenant')
    .action(async (slug: string) => print(context, await (await context.api()).call('GET', at`/tenants/${slug}`)));

  tenants
    .command('rename <slug> <name>')
    .description('give a tenant another name; its slug is for good')
    .action(async (slug: string, name: string) =>
      print(context, await (await context.api()).call('PATCH', at`/tenants/${slug}`, { name })),
    );

  tenants
    .command('suspend <slug>')
    .description('answer SCIM 403 until it is resumed')
    .option('--reason <reason>', 'for those who look later')
    .action(async (slug: string, { reason }: { reason?: string }) =>
      print(context, await (await context.api()).call('POST', at`/tenants/${slug}/suspend`, { reason })),
    );

  tenants
    .command('resume <slug>')
    .description('end a suspension')
    .action(async (slug: string) =>
      print(context, await (await context.api()).call('POST', at`/tenants/${slug}/resume`)),
    );

  tenants
    .command('delete <slug>')
    .description('end all access of a tenant, for good; people and history are kept')
    .requiredOption('--confirm <slug>', 'the slug once more')
    .action(async (slug: string, { confirm }: { confirm: string }) => {
      if (confirm !== slug) throw new CommandFailed(EXIT.usage, `--confirm must be ${slug}; nothing was deleted`);
      await (await context.api()).call('DELETE', at`/tenants/${slug}?confirm=${confirm}`);
      printDone(context, `Tenant ${slug} is deleted.`);
    });
}
