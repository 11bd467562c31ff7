import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { productProfiles } from '#products';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { asyncApiDocument, breaches, type Contract, contractOf, describeBreaches, schemaFile } from './index.js';

const FOLDER = new URL('../../../deploy/asyncapi/', import.meta.url);
const BASELINE = 'baseline.json';
const contract = contractOf(productProfiles);
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

const generated: [string, string][] = [
  ['rollcall.asyncapi.json', json(asyncApiDocument(contract))],
  ...Object.entries(contract.schemas).map(([name, schema]): [string, string] => [schemaFile(name), json(schema)]),
];

describe('the contract of the topics', () => {
  beforeAll(() => {
    if (process.env['UPDATE_DOCS'] !== '1') return;
    rmSync(new URL('schemas', FOLDER), { recursive: true, force: true });
    mkdirSync(new URL('schemas', FOLDER), { recursive: true });
    for (const [name, text] of generated) writeFileSync(new URL(name, FOLDER), text);
  });

  it.each(generated)(
    '%s is what the code says; else run "npm run contracts" and look at what changed',
    (name, text) => {
      expect(read(name)).toBe(text);
    },
  );

  it('has no schema but these', () => {
    const files = readdirSync(fileURLToPath(new URL('schemas', FOLDER))).map((name) => `schemas/${name}`);
    expect(files.sort()).toEqual(generated.map(([name]) => name).filter((name) => name.startsWith('schemas/')).sort()); // prettier-ignore
  });

  it('has schemas in the dialect of 2020-12, without a slip', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
    formats.default(ajv);
    for (const schema of Object.values(contract.schemas)) expect(() => ajv.compile(schema)).not.toThrow();
    expect(Object.keys(contract.schemas).filter((name) => name.includes('.view.'))).toHaveLength(
      productProfiles.length,
    );
  });

  it('is an AsyncAPI 3.0 document, by the schema of AsyncAPI', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, meta: false, validateSchema: false });
    const specs = createRequire(import.meta.url)('@asyncapi/specs') as { schemas: Record<string, object> };
    const validate = ajv.compile(specs.schemas['3.0.0'] ?? {});
    const document = asyncApiDocument(contract);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    const faulty = { ...document, channels: { users: { address: 7 } } };
    expect(validate(faulty)).toBe(false);
  });

  it('refers to nothing that is not there', () => {
    const document = asyncApiDocument(contract) as { channels: Record<string, object> };
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) {
      if (ref.startsWith('#/channels/')) expect(Object.keys(document.channels)).toContain(ref.slice(11));
      else expect(() => read(ref)).not.toThrow();
    }
  });

  it('breaks nobody who relies on the one that was released', () => {
    const release = process.env['RELEASE_CONTRACT'];
    const found = breaches(JSON.parse(read(BASELINE)) as Contract, contract);
    if (found.length > 0 && release !== 'anyway') throw new Error(describeBreaches(found));
    if (release !== undefined) writeFileSync(new URL(BASELINE, FOLDER), json(contract));
  });
});
