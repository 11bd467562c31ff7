import { startStandalone } from '../../apps/standalone/src/standalone.js';
import type { ServedRoute } from './routes.js';
import { servedRoutes } from './routes.js';
import { caughtUp, type Compose } from './start-gateway.js';

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
      readModelsCaughtUp: () => caughtUp(running.store, directory),
      stop: () => running.stop(),
    };
  };
