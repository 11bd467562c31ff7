import { createServer } from 'node:net';

/** Below those that the usual systems give out by themselves, to listeners and clients alike. */
const [LEAST, MOST] = [15_000, 30_000];

/** A port that nobody listens on, for what has to be told one; nobody is given it by chance before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LEAST + Math.floor(Math.random() * (MOST - LEAST));
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
