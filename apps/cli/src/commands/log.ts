import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { EventStore } from '#event-store';
import type { Command } from 'commander';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { linesOf, writeLines } from '../lines.js';
import { type CommandContext } from './context.js';

export interface LogCommandParts {
  /** Names the log, as it does for every app: EVENTSTORE_URI, else DATA_DIR. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked for where it is read: to look at it would open it. */
  readonly input: () => Readable;
  readonly output: Writable;
}

interface LogOptions {
  readonly dataDir?: string;
}

const DATA_DIR_OPTION = [
  '--data-dir <folder>',
  'the embedded log there; default the log at EVENTSTORE_URI, else in DATA_DIR',
] as const;
/** How often progress is told, ms. */
const TELL_EVERY_MS = 5_000;

/** The whole log out of one store and into another. What they need is loaded when they are called. */
export function logCommands(program: Command, context: CommandContext, parts: LogCommandParts): void {
  program
    .command('export [file]')
    .description(
      'the whole log as lines of JSON, to a file or to standard output; stop what uses an embedded log first',
    )
    .option(...DATA_DIR_OPTION)
    .action((file: string | undefined, options: LogOptions) =>
      withLog(parts.env, options, 'there', (store) => exportTo(store, file, context, parts)),
    );
  program
    .command('import [file]')
    .description(
      'appends what `export` wrote, from a file or from standard input, to an empty log or to the begin of the same',
    )
    .option(...DATA_DIR_OPTION)
    .action(async (file: string | undefined, options: LogOptions) => {
      if (file !== undefined) await checkWhole(file);
      await withLog(parts.env, options, 'made', (store) => importFrom(store, file, context, parts));
    });
}

async function exportTo(
  store: EventStore,
  file: string | undefined,
  { terminal }: CommandContext,
  { output }: LogCommandParts,
): Promise<void> {
  const { writeLogLines } = await import('#event-store');
  const lines = writeLogLines(store.readAll('start'), new Date().toISOString());
  const count = file === undefined ? await writeLines(lines, output) : await writeWhole(lines, file);
  // Beside the header and the end.
  terminal.err(`${count - 2} events exported`);
}

/** The file has its name once it is whole and on disk. It holds people's data: it is for its owner alone. */
async function writeWhole(lines: AsyncIterable<string>, file: string): Promise<number> {
  if (existsSync(file)) throw new CommandFailed(EXIT.refused, `${file} is there already`);
  const partial = `${file}.partial`;
  const count = await writeLines(lines, createWriteStream(partial, { mode: 0o600, flush: true }));
  await rename(partial, file);
  return count;
}

async function importFrom(
  store: EventStore,
  file: string | undefined,
  { terminal }: CommandContext,
  { input }: LogCommandParts,
): Promise<void> {
  const { importLog, readLogLines } = await import('#event-store');
  const lines = linesOf(file === undefined ? input() : createReadStream(file));
  let toldAt = performance.now();
  const { found, appended, others } = await importLog(store, readLogLines(lines), (events) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    terminal.err(`${events} events`);
  });
  const there = found > 0 ? `, ${found} were there already` : '';
  const behind = others > 0 ? `; the log has ${others} more behind them` : '';
  terminal.err(`${appended} events imported${there}${behind}`);
}

/** A file can be read twice: nothing is appended of one that is cut. */
async function checkWhole(file: string): Promise<void> {
  const { NotALogFile, readLogLines } = await import('#event-store');
  try {
    for await (const _event of readLogLines(linesOf(createReadStream(file))));
  } catch (error) {
    if (error instanceof NotALogFile) throw new CommandFailed(EXIT.refused, `${file}: ${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandFailed(EXIT.usage, `${file} cannot be read: ${code}`);
  }
}

/** @param embedded whether an embedded log must be there, or is made */
async function withLog(
  env: LogCommandParts['env'],
  { dataDir }: LogOptions,
  embedded: 'there' | 'made',
  work: (store: EventStore) => Promise<void>,
): Promise<void> {
  const [
    { ConfigurationError, loadConfig },
    { DirectoryLocked, openLog },
    { EventStoreUnavailable, LogDisagrees, NotALogFile },
  ] = await Promise.all([import('#config'), import('#engines'), import('#event-store')]);
  try {
    const config = loadConfig(dataDir === undefined ? env : { ...env, DATA_DIR: dataDir, EVENTSTORE_URI: undefined });
    const folder = join(config.DATA_DIR, 'event-store');
    if (config.EVENTSTORE_URI === undefined && embedded === 'there' && !existsSync(folder)) {
      throw new CommandFailed(
        EXIT.notFound,
        `There is no log in ${config.DATA_DIR}; set EVENTSTORE_URI, DATA_DIR or --data-dir`,
      );
    }
    await using log = await openLog(config);
    await work(log.store);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CommandFailed(EXIT.usage, error.message);
    if (error instanceof EventStoreUnavailable) throw new CommandFailed(EXIT.unavailable, error.message);
    const isRefused = [DirectoryLocked, LogDisagrees, NotALogFile].some((kind) => error instanceof kind);
    if (!isRefused) throw error;
    const goOn = error instanceof NotALogFile ? ' What came before is imported; import the whole log to go on.' : '';
    throw new CommandFailed(EXIT.refused, `${(error as Error).message}${goOn}`);
  }
}
