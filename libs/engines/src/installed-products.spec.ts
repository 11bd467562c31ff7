import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productProfiles, type ProductProfile } from '#products';
import { installedProducts } from './installed-products.js';

const lunch = {
  id: 'lunch',
  title: 'Lunch orders',
  identityKey: 'mail',
  deactivation: { loginBlocked: true, dataRetained: false, historyVisible: false, description: 'No more lunch.' },
  keys: [
    {
      key: 'mail',
      namespace: 'core',
      sources: ['userName'],
      type: 'email',
      level: 'required',
      sensitive: false,
      description: 'Whose lunch it is.',
    },
  ],
} satisfies ProductProfile;

describe('installedProducts', () => {
  let PRODUCTS_DIR: string;
  beforeEach(async () => {
    PRODUCTS_DIR = await mkdtemp(join(tmpdir(), 'rollcall-products-'));
  });
  afterEach(() => rm(PRODUCTS_DIR, { recursive: true }));

  const put = (name: string, content: unknown): Promise<void> =>
    writeFile(join(PRODUCTS_DIR, name), typeof content === 'string' ? content : JSON.stringify(content));
  const ids = async (): Promise<string[]> => (await installedProducts({ PRODUCTS_DIR })).map(({ id }) => id);
  const ours = productProfiles.map(({ id }) => id);

  it('are those that come with Rollcall where no directory is named', async () => {
    expect(await installedProducts({})).toEqual(productProfiles);
  });

  it('are more by each file, in the order of their names; what is no JSON file is passed over', async () => {
    await put('b.json', { $schema: './product-profile.schema.json', ...lunch });
    await put('a.json', { ...lunch, id: 'dinner' });
    await put('README.md', 'not a product');
    expect(await ids()).toEqual([...ours, 'dinner', 'lunch']);
  });

  it('are refused with every fault of every file', async () => {
    await put('1.json', '{"id": ');
    await put('2.json', { ...lunch, title: '', keys: [{ ...lunch.keys[0], type: 'number' }] });
    await put('3.json', { ...lunch, id: 'wellness' });
    await put('4.json', 'null');
    const refusal = await ids().catch((error: Error) => [error.name, error.message]);
    expect(refusal).toEqual(['ConfigurationError', expect.any(String)]);
    const lines = refusal[1]!.replaceAll(`${PRODUCTS_DIR}/`, '').split('\n');
    expect(lines).toEqual([
      'Product profiles are not valid:',
      expect.stringMatching(/^ {2}- 1\.json: it is not JSON/),
      '  - 2.json: title: must be text that is not empty',
      expect.stringMatching(/^ {2}- 2\.json: keys\[0\]\.type \(mail\): must be one of string, email/),
      '  - 3.json: id: "wellness" is the id of product "wellness" already',
      '  - 4.json: must be object',
    ]);
  });

  it('are refused where the directory is not there', async () => {
    await expect(installedProducts({ PRODUCTS_DIR: join(PRODUCTS_DIR, 'x') })).rejects.toThrow('PRODUCTS_DIR');
  });
});
