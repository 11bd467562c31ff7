import { Command, CommanderError } from 'commander';
import { AdminApi } from './admin-api.js';
import { connectionCommands } from './commands/connections.js';
import type { CommandContext } from './commands/context.js';
import { oauthClientCommands } from './commands/oauth-clients.js';
import { logCommands, type LogCommandParts } from './commands/log.js';
import { requestCommands } from './commands/requests.js';
import { tenantCommands } from './commands/tenants.js';
import { tokenCommands } from './commands/tokens.js';
import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import type { Terminal } from './output.js';
import { accessFrom } from './settings.js';

/**
 * The command line: each command is a call or two of the admin API, but for `export` and `import`, which open the log.
 * @param words without node and the script @param env see `accessFrom`
 */
export async function runCommandLine(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  terminal: Terminal,
  streams: Pick<LogCommandParts, 'input' | 'output'> = { input: () => process.stdin, output: process.stdout },
): Promise<ExitCode> {
  const program = new Command('rollcall')
    .description('Tenants, connections and credentials of a Rollcall, by its admin API.')
    .option('--url <url>', 'where it is; default ROLLCALL_URL, else http://127.0.0.1:3000')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      '\nThe admin key: ROLLCALL_ADMIN_KEY, else ADMIN_KEY, else DATA_DIR/admin-key (DATA_DIR: ./data).',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  const isJson = (): boolean => program.opts<{ json?: true }>().json === true;
  const context: CommandContext = {
    api: async () => new AdminApi(await accessFrom(env, program.opts<{ url?: string }>().url)),
    terminal,
    isJson,
  };
  for (const add of [tenantCommands, connectionCommands, tokenCommands, oauthClientCommands, requestCommands]) {
    add(program, context);
  }
  logCommands(program, context, { env, ...streams });
  takeCommonOptionsAnywhere(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (!(error instanceof CommandFailed)) throw error;
    const { message, problem } = error;
    terminal.err(isJson() && problem ? JSON.stringify(problem) : message);
    return error.exitCode;
  }
}

/** `--json` and `--url` count behind the command too, where people put them. */
function takeCommonOptionsAnywhere(program: Command): void {
  const visit = (command: Command): void => {
    for (const child of command.commands) {
      child
        .option('--url <url>', 'where Rollcall is')
        .option('--json', 'answer in JSON')
        .hook('preAction', (_this, action) => {
          const { url, json } = action.opts<{ url?: string; json?: true }>();
          if (url !== undefined) program.setOptionValue('url', url);
          if (json) program.setOptionValue('json', true);
        });
      visit(child);
    }
  };
  visit(program);
}
