import { runCommandLine } from './program.js';

const terminal = {
  out: (text: string) => process.stdout.write(`${text}\n`),
  err: (text: string) => process.stderr.write(`${text}\n`),
};

process.exitCode = await runCommandLine(process.argv.slice(2), process.env, terminal);
