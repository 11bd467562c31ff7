import { readFileSync, writeFileSync } from 'node:fs';
import { describeCauses } from './describe-causes.js';

const page = new URL('../../../../docs/reference/refused-requests.md', import.meta.url);

describe('the reference page of refused requests', () => {
  it('is what the causes say; its head holds the command that writes it anew', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, describeCauses());
    expect(readFileSync(page, 'utf8')).toBe(describeCauses());
  });
});
