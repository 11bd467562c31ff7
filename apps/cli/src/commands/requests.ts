import type { Command } from 'commander';
import { at } from '../admin-api.js';
import { wholeNumber } from './arguments.js';
import { type CommandContext, printList } from './context.js';

interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly detail?: string;
  readonly fix?: string;
}

interface RequestsOptions {
  readonly connection?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly method?: string;
  readonly from?: string;
  readonly limit: number;
}

const PAGE = 200;

export function requestCommands(program: Command, context: CommandContext): void {
  program
    .command('requests <tenant>')
    .description('what identity providers asked, newest first, and what to change where it was refused')
    .option('--connection <id>', 'of one connection')
    .option('--kind <kinds>', 'some of success, refusal and hint, separated by commas, or all')
    .option('--status <status>', 'answered with this status, or a class of them, as 4xx')
    .option('--method <method>', 'as PATCH')
    .option('--from <time>', 'answered since, as 2027-01-31T08:00:00Z')
    .option('--limit <number>', 'most of them', wholeNumber, 50)
    .action(async (tenant: string, { limit, ...filters }: RequestsOptions) => {
      const query = { ...filters, limit: Math.min(limit, PAGE) };
      const path = at`/tenants/${tenant}/requests`;
      const found = await (await context.api()).all<LoggedRequest>(path, 'requests', query, limit);
      printList(context, found, {
        at: (one) => one.at,
        request: (one) => `${one.method} ${one.path}`,
        status: (one) => one.status,
        detail: (one) => one.detail,
        'what to do': (one) => one.fix,
      });
    });
}
