import { readFileSync, readdirSync } from 'node:fs';
import { beginSpan, isTracing, traceEvents, validTraceparent } from './traces.js';

describe('validTraceparent', () => {
  const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];

  it.each([
    [`00-${trace}-${span}-01`, `00-${trace}-${span}-01`],
    [`00-${trace}-${span}-00`, `00-${trace}-${span}-00`],
    // W3C Trace Context §4: what a later version adds is not ours to read.
    [`01-${trace}-${span}-01-more`, `00-${trace}-${span}-01`],
    [`ff-${trace}-${span}-01`, undefined],
    [`00-${'0'.repeat(32)}-${span}-01`, undefined],
    [`00-${trace}-${'0'.repeat(16)}-01`, undefined],
    [`00-${trace.toUpperCase()}-${span}-01`, undefined],
    [`00-${trace}-${span}`, undefined],
    [`00-${trace}-${span}-01${'-'.repeat(300)}`, undefined],
    ['ana@example.com', undefined],
    [undefined, undefined],
    [['a', 'b'], undefined],
  ])('takes %j for %j', (header, expected) => expect(validTraceparent(header)).toBe(expected));
});

describe('where nobody collects spans', () => {
  it('none are made', () => {
    expect(isTracing()).toBe(false);
    expect(beginSpan('work')).toBeUndefined();
    const events = [
      { type: 'UserProvisioned', metadata: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } },
    ];
    expect(() => traceEvents('project', events)()).not.toThrow();
  });

  it('what would make and send them is not loaded', () => {
    const sources = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.includes('spec'))
        .map((file) => `${folder}/${file}`);
    const loading = [...sources('libs'), ...sources('apps')].filter((file) =>
      /^\s*import\s(?!type)[^(]*'@opentelemetry\/(?!api')/m.test(readFileSync(file, 'utf8')),
    );
    expect(loading).toEqual([]);
  });
});
