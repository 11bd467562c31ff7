import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, type RollcallConfig } from '#config';
import { checkProfile, describeFaults, productProfiles, type ProductProfile } from '#products';

interface Found {
  /** What to name it by when something is wrong with it: its file, where it has one. */
  readonly origin: string;
  readonly profile: unknown;
  readonly unreadable?: string;
}

/**
 * The products this installation serves: those that come with Rollcall, then each `*.json` of PRODUCTS_DIR in the order of
 * file names.
 * @throws ConfigurationError naming every fault of every profile, with its file and the place in it
 */
export async function installedProducts({
  PRODUCTS_DIR,
}: Pick<RollcallConfig, 'PRODUCTS_DIR'>): Promise<readonly ProductProfile[]> {
  const ours = productProfiles.map((profile): Found => ({ origin: `product "${profile.id}"`, profile }));
  const found = PRODUCTS_DIR === undefined ? ours : [...ours, ...(await readProfiles(PRODUCTS_DIR))];
  const originOf = new Map<string, string>();
  const faults = found.flatMap(({ origin, profile, unreadable }) => {
    if (unreadable !== undefined) return [`${origin}: ${unreadable}`];
    const own = describeFaults(checkProfile(profile));
    const { id } = (profile ?? {}) as Partial<ProductProfile>;
    const taken = id === undefined ? undefined : originOf.get(id);
    if (taken !== undefined) own.push(`id: "${id}" is the id of ${taken} already`);
    else if (id !== undefined) originOf.set(id, origin);
    return own.map((fault) => `${origin}: ${fault}`);
  });
  if (faults.length > 0) {
    throw new ConfigurationError(`Product profiles are not valid:\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  }
  return found.map(({ profile }) => profile as ProductProfile);
}

async function readProfiles(directory: string): Promise<Found[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError(`PRODUCTS_DIR cannot be read: ${error.message}`, { cause: error });
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map((name) => readProfile(join(directory, name))));
}

async function readProfile(origin: string): Promise<Found> {
  try {
    const profile: unknown = JSON.parse(await readFile(origin, 'utf8'));
    return { origin, profile };
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    return { origin, profile: undefined, unreadable: `${why} (${(error as Error).message})` };
  }
}
