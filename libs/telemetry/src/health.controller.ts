import { Controller, Get, Inject, Res } from '@nestjs/common';
import { type Logger, LOGGER } from './logger.js';

/** Something that must be in order before requests are sent here. */
export interface ReadinessCheck {
  readonly name: string;
  /** @returns true when ready, or what is missing, in words that everybody may read */
  readonly check: () => true | string | Promise<true | string>;
  /** Without this part requests are answered all the same, some of them less well. */
  readonly degrades?: boolean;
}

/** Injection token of the process' {@link ReadinessCheck} list. */
export const READINESS_CHECKS = Symbol('ReadinessChecks');

@Controller('health')
export class HealthController {
  constructor(
    @Inject(READINESS_CHECKS) private readonly checks: readonly ReadinessCheck[],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The process runs and its event loop turns. */
  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  /**
   * Every part this process needs is in order; else 503 and the parts that are not. `degraded` where requests are answered
   * without some of them. Why one failed is told to the log alone.
   */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: { code(status: number): unknown }): Promise<object> {
    const results = await Promise.all(
      this.checks.map(async ({ name, check, degrades = false }) => {
        try {
          return { name, degrades, result: await check() };
        } catch (error) {
          this.logger.warn({ err: error, part: name }, 'A part cannot be asked whether it is ready');
          return { name, degrades, result: 'does not answer' };
        }
      }),
    );
    const failing = results.filter(({ result }) => result !== true);
    if (failing.length === 0) return { status: 'ready' };
    const missing = inWords(failing.filter(({ degrades }) => !degrades));
    const degraded = inWords(failing.filter(({ degrades }) => degrades));
    if (!missing) return { status: 'degraded', degraded };
    reply.code(503);
    return { status: 'not ready', missing, ...(degraded && { degraded }) };
  }
}

/** Name → what is the matter; undefined: nothing is. */
function inWords(failing: readonly { name: string; result: true | string }[]): Record<string, unknown> | undefined {
  return failing.length === 0 ? undefined : Object.fromEntries(failing.map(({ name, result }) => [name, result]));
}
