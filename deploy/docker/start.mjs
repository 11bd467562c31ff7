// Starts the app that the first argument names: what an image with all of them runs.
import { readdirSync } from 'node:fs';

const apps = new URL('../../dist/apps/', import.meta.url);
const [name = 'standalone'] = process.argv.splice(2, 1);
const known = readdirSync(apps);

if (!known.includes(name)) {
  process.stderr.write(`There is no app ${JSON.stringify(name)}; name one of ${known.join(', ')}\n`);
  process.exit(64);
}

// The first process of a container is not ended by a signal that it does not handle, and an app handles none before it
// runs: until then, this does.
for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
]) {
  // prettier-ignore
  const end = () => process.exit(code);
  process.on(signal, end);
  const giveWay = (event, listener) => {
    if (event !== signal || listener === end) return;
    process.off('newListener', giveWay);
    // Only once the other is there: without any, Node would leave the signal to the system again.
    queueMicrotask(() => process.off(signal, end));
  };
  process.on('newListener', giveWay);
}

await import(new URL(`${name}/src/main.js`, apps));
