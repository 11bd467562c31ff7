import { createLogger, NestLogger } from './logger.js';

const recorded = () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger('trace', { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { logger, lines };
};

describe('createLogger', () => {
  it('never takes an error’s own words for the line’s', () => {
    const { logger, lines } = recorded();
    const error = Object.assign(new Error('of ana'), { userName: 'ana' });
    logger.error(error);
    logger.error({ err: error, requestId: 'r1' });
    logger.error(error, 'Failed');
    logger.error({ err: error }, 'Failed');
    expect(lines.map(({ msg }) => msg)).toEqual(['Error', 'Error', 'Failed', 'Failed']);
    expect(lines[1]).toMatchObject({ requestId: 'r1' });
    for (const { err } of lines) expect(err).toEqual({ type: 'Error', message: 'of …', stack: expect.any(String) });
    expect(JSON.stringify(lines)).not.toContain('userName');
  });

  it('leaves out what a body or a token would stand in', () => {
    const { logger, lines } = recorded();
    logger.info({ body: 'ana', token: 'ana', req: { headers: { authorization: 'ana' } } }, 'x');
    expect(JSON.stringify(lines)).not.toContain('ana');
  });
});

describe('NestLogger', () => {
  it('tells of an exception where it was thrown', () => {
    const { logger, lines } = recorded();
    new NestLogger(logger).error(new TypeError('of ana'), 'ExceptionsHandler');
    new NestLogger(logger).error('Failed', 'Error: of ana\n    at here (x.ts:1:1)', 'ExceptionsHandler');
    expect(lines).toMatchObject([
      { msg: 'Error', context: 'ExceptionsHandler', err: { type: 'TypeError', message: 'of …' } },
      { msg: 'Failed', context: 'ExceptionsHandler', stack: '    at here (x.ts:1:1)' },
    ]);
  });
});
