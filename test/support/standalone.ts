import { startStandalone } from '../../apps/standalone/src/standalone.js';
import type { ServedRoute } from './routes.js';
import { servedRoutes } from './routes.js';
import type { Compose } from './start-gateway.js';

/**
 * Everything that `npm start` runs, in this process, as `compose` of a test gateway.
 * @param seen told of the routes that the server answers, each time it starts
 */
export const standalone =
  (seen: (routes: readonly ServedRoute[]) => void = () => undefined): Compose =>
  async (config, logger) => {
    const running = await startStandalone({ ...config, PORT: 0 }, logger, () => undefined);
    const { app, directory } = running.gateway;
    seen(await servedRoutes(app));
    return {
      origin: running.url,
      store: running.store,
      readModelsCaughtUp: async () => {
        const last = await running.store.lastPosition();
        if (last !== undefined) await directory.runner.progress.waitFor(last, 10_000);
      },
      stop: () => running.stop(),
    };
  };
