import { CREDENTIAL_DIRECTORY, GRANT_STORE, TOKEN_USE_MEMORY } from '#access';
import { EVENT_STORE } from '#event-store';
import { READ_MODEL_PROGRESS } from '#handlers';
import { READ_MODELS } from '#read-models';
import { REQUEST_LOG } from '#request-log';
import { type Logger, LOGGER, READINESS_CHECKS, type ReadinessCheck } from '#telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import type { DirectoryService } from './directory-service.js';
import type { Engines } from './engines.js';
import { directoryChecks } from './parts-check.js';

/** Gives the ports to every module, under their tokens. */
@Module({})
export class EnginesModule {
  static forRoot(parts: {
    engines: Pick<Engines, 'store' | 'readModels'>;
    directory: DirectoryService;
    logger: Logger;
    readiness?: readonly ReadinessCheck[];
  }): DynamicModule {
    const { engines, directory, logger, readiness = [] } = parts;
    const checks: ReadinessCheck[] = [...directoryChecks(engines, directory), ...readiness];
    return {
      module: EnginesModule,
      global: true,
      providers: [
        { provide: EVENT_STORE, useValue: engines.store },
        { provide: READ_MODELS, useValue: engines.readModels },
        { provide: READ_MODEL_PROGRESS, useValue: directory.runner.progress },
        { provide: REQUEST_LOG, useValue: directory.requestLog },
        { provide: TOKEN_USE_MEMORY, useValue: directory.tokenUses },
        { provide: CREDENTIAL_DIRECTORY, useValue: directory.credentials },
        { provide: GRANT_STORE, useValue: directory.grants },
        { provide: LOGGER, useValue: logger },
        { provide: READINESS_CHECKS, useValue: checks },
      ],
      exports: [
        EVENT_STORE,
        READ_MODELS,
        READ_MODEL_PROGRESS,
        REQUEST_LOG,
        TOKEN_USE_MEMORY,
        CREDENTIAL_DIRECTORY,
        GRANT_STORE,
        LOGGER,
        READINESS_CHECKS,
      ],
    };
  }
}
