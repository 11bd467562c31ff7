import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describeProfiles, PRODUCT_PROFILE_SCHEMA, productProfiles } from './index.js';

/** What is written of the profiles, by its place under docs/reference. */
const generated: [string, string][] = [
  ['products.md', describeProfiles(productProfiles)],
  ['product-profile.schema.json', `${JSON.stringify(PRODUCT_PROFILE_SCHEMA, null, 2)}\n`],
];

describe('the reference pages of the products', () => {
  it.each(generated)(
    '%s is what the code says; the head of products.md holds the command that writes both',
    (name, text) => {
      const page = new URL(`../../../docs/reference/${name}`, import.meta.url);
      if (process.env['UPDATE_DOCS'] === '1') {
        mkdirSync(new URL('.', page), { recursive: true });
        writeFileSync(page, text);
      }
      expect(readFileSync(page, 'utf8')).toBe(text);
    },
  );

  it('have a row for every key of every product', () => {
    for (const { key } of productProfiles.flatMap(({ keys }) => keys))
      expect(generated[0]![1]).toContain(`| \`${key}\` `);
  });
});
