import { ConfigurationError, loadConfig, readCertificate, type RollcallConfig } from '#config';
import { DirectoryLocked } from '#engines';
import { createLogger, type Logger } from '#telemetry';

/** A started app, and how to end it. */
export interface RunningApp {
  stop(): Promise<void>;
}

/** Longest an app takes to finish what it holds once it is told to end, milliseconds. */
const SHUTDOWN_MS = 10_000;

/** Starts an app as a process: configuration, logger, signals, and an exit code that tells how it ended. */
export async function run(start: (config: RollcallConfig, logger: Logger) => Promise<RunningApp>): Promise<void> {
  let logger: Logger | undefined;
  // People's data and keys: whatever is written is for this process' user alone.
  process.umask(0o077);
  try {
    const config = loadConfig();
    // Before anything is opened, as all that is wrong with the settings.
    readCertificate(config);
    logger = createLogger(config.LOG_LEVEL);
    fallQuietly(logger);
    const running = await start(config, logger);
    endOnSignal(running, logger);
  } catch (error) {
    // A person at a terminal reads these two; a stack would only hide what to do.
    const plain = error instanceof ConfigurationError || error instanceof DirectoryLocked;
    process.stderr.write(`${plain ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
    logger?.flush();
    process.exit();
  }
}

/** What nobody caught ends the process as it would anyway, but in the log's words: Node's own would quote values. */
function fallQuietly(logger: Logger): void {
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err, origin }, 'The process cannot go on');
    logger.flush();
    process.exit(1);
  });
}

function endOnSignal(running: RunningApp, logger: Logger): void {
  // Nothing that only follows the log keeps a process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) return;
    ending = true;
    logger.info({ signal }, 'Stopping');
    clearInterval(alive);
    const late = setTimeout(() => process.exit(1), SHUTDOWN_MS);
    running
      .stop()
      .then(() => 0)
      .catch((error: unknown) => {
        logger.error({ err: error }, 'Stopping failed');
        return 1;
      })
      .then((code) => {
        clearTimeout(late);
        logger.flush();
        process.exit(code);
      })
      .catch(() => process.exit(1));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
