import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describeProfiles, productProfiles } from './index.js';

const page = new URL('../../../docs/reference/products.md', import.meta.url);

describe('the reference page of the products', () => {
  it('is what the profiles say; its head holds the command that writes it anew', () => {
    const generated = describeProfiles(productProfiles);
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(new URL('.', page), { recursive: true });
      writeFileSync(page, generated);
    }
    expect(readFileSync(page, 'utf8')).toBe(generated);
  });

  it('has a row for every key of every product', () => {
    const generated = describeProfiles(productProfiles);
    for (const { key } of productProfiles.flatMap(({ keys }) => keys)) expect(generated).toContain(`| \`${key}\` `);
  });
});
