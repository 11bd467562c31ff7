import { STRICT, type Tolerances } from '#scim';
import type { IdpPreset } from './idp-preset.js';
import * as presets from './presets.js';

/** All of them, in the order of their names. */
export const IDP_PRESETS: readonly IdpPreset[] = Object.values(presets).sort((a, b) => (a.id < b.id ? -1 : 1));

export const IDP_NAMES: readonly string[] = IDP_PRESETS.map(({ id }) => id);

const byId = new Map(
  IDP_PRESETS.flatMap((preset) => [preset.id, ...(preset.formerIds ?? [])].map((id) => [id, preset])),
);

/** By its present id or a former one. Undefined for others: the log may name what no release knows any more. */
export const findPreset = (id: string): IdpPreset | undefined => byId.get(id);

/** What a connection of this preset may write that others may not; nothing where the preset is not known. */
export const tolerancesOf = (id: string): Tolerances => byId.get(id)?.tolerances ?? STRICT;
