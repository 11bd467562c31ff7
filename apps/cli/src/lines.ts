import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** Characters that are written at once. */
const CHUNK = 64 * 1024;

/** Lines of UTF-8 text, without their ends; the last one may have none. */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** Writes lines no faster than they are taken. A file is ended, standard output is not. @returns how many */
export async function writeLines(lines: AsyncIterable<string>, output: Writable): Promise<number> {
  let count = 0;
  let chunk = '';
  const write = async (): Promise<void> => {
    if (!output.write(chunk)) await once(output, 'drain');
    chunk = '';
  };
  for await (const line of lines) {
    chunk += `${line}\n`;
    count++;
    if (chunk.length >= CHUNK) await write();
  }
  await write();
  if (output !== process.stdout) {
    output.end();
    await finished(output);
  }
  return count;
}
