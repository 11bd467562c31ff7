import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

describe('the names of bodies', () => {
  it('are each given once: the document would describe two of one name as the same', () => {
    const folder = join(import.meta.dirname, '..');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(views|dto)\.ts$/.test(file),
    );
    const names = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^export class (\w+)/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
