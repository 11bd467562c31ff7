import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HABITS } from './idp-completeness.js';
import type { Answer } from './http-client.js';
import { expectScimError, GROUP, type TenantClient, USER } from './tenant-client.js';

export type Habit = (typeof HABITS)[number];

/** What an identity provider sends, and what must come of it. See test/fixtures/idp/README.md. */
export interface Step {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly authorization?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** Name of a remembered representation that is sent back, with the attributes of `body` laid over it. */
    readonly echo?: string;
  };
  readonly expect: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** The whole representation but for `id` and `meta`; `schemas` only where it is told here. */
    readonly resource?: Readonly<Record<string, unknown>>;
    /** Part of the body. */
    readonly body?: unknown;
    readonly scimType?: string;
    /** Types of all events that the request appended; none where this is not told. */
    readonly events?: readonly string[];
    /** Data of the only UserUpdated or GroupUpdated among them. */
    readonly changes?: unknown;
  };
  /** Name → what of the answer to keep under it: an attribute's name, or `*` for all of it. */
  readonly remember?: Readonly<Record<string, string>>;
}

interface Given {
  readonly users?: Readonly<Record<string, object>>;
  readonly groups?: Readonly<Record<string, { readonly displayName: string; readonly members?: readonly string[] }>>;
}

export interface Scenario {
  readonly title: string;
  readonly covers?: readonly Habit[];
  /** Where the requests are known from, with its grade; default that of the file. */
  readonly source?: string;
  /** One weak source, or inference. */
  readonly unverified?: true;
  readonly given?: Given;
  readonly steps: readonly Step[];
}

interface ScenarioFile {
  readonly proves: string;
  /** Where the requests are known from: D vendor documentation, T its test suite, C captured, I issue, U unverified. */
  readonly source?: string;
  readonly given?: Given;
  readonly scenarios: readonly Scenario[];
}

export interface IdpFixtures {
  /** Name of the preset, and of the folder. */
  readonly idp: string;
  /** Headers that this provider sends with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly files: readonly (ScenarioFile & { readonly name: string })[];
  /** Habits and headers that this provider does not have, and who says so. */
  readonly notSent: readonly { readonly habit?: Habit; readonly header?: string; readonly source: string }[];
}

const FOLDER = join(process.cwd(), 'test/fixtures/idp');
const NOT_SCENARIOS = ['headers.json', 'not-sent.json'];

/** Every provider's fixtures. */
export function loadIdpFixtures(): IdpFixtures[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name: idp }) => {
      const names = readdirSync(join(FOLDER, idp));
      const read = <T>(name: string) => readJson<T>(join(FOLDER, idp, name));
      const scenarios = names.filter((name) => !NOT_SCENARIOS.includes(name)).sort();
      return {
        idp,
        headers: read<Record<string, string>>('headers.json'),
        files: scenarios.map((name) => ({ name, ...read<ScenarioFile>(name) })),
        notSent: read<IdpFixtures['notSent']>('not-sent.json'),
      };
    });
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** Plays one scenario on a tenant of its own. */
export async function playScenario(
  tenant: TenantClient,
  headers: Readonly<Record<string, string>>,
  given: Given,
  scenario: Scenario,
): Promise<void> {
  const memory = new Map<string, unknown>([
    ['token', tenant.token],
    ['basic', Buffer.from(`scim:${tenant.token}`).toString('base64')],
    ['base', tenant.baseUrl],
  ]);
  for (const [name, body] of Object.entries(given.users ?? {})) {
    remember(memory, name, await tenant.scim('POST', '/Users', { schemas: [USER], ...body }));
  }
  for (const [name, { displayName, members = [] }] of Object.entries(given.groups ?? {})) {
    const ids = members.map((member) => ({ value: memory.get(member) }));
    remember(memory, name, await tenant.scim('POST', '/Groups', { schemas: [GROUP], displayName, members: ids }));
  }
  for (const [index, step] of scenario.steps.entries()) {
    try {
      await playStep(tenant, headers, memory, step);
    } catch (error) {
      const { method, path } = step.request;
      if (error instanceof Error) error.message = `step ${index + 1}, ${method} ${path}\n${error.message}`;
      throw error;
    }
  }
}

/** `ana` is the id, `ana.resource` the representation. */
function remember(memory: Map<string, unknown>, name: string, answer: Answer): void {
  expect(answer.status).toBe(201);
  memory.set(name, answer.body.id).set(`${name}.resource`, answer.body);
}

async function playStep(
  tenant: TenantClient,
  defaults: Readonly<Record<string, string>>,
  memory: Map<string, unknown>,
  step: Step,
): Promise<void> {
  const { method, path, authorization, headers, body, echo } = fill(step.request, memory);
  const sent = echo === undefined ? body : { ...(memory.get(echo) as object), ...(body as object) };
  const send = () =>
    tenant.scim(method, path, sent, {
      headers: { ...defaults, ...headers },
      ...(authorization !== undefined && { authorization }),
    });
  const { answer, events, types } = await tenant.recording(send);
  const expected = fill(step.expect, memory);

  const asked = { ...defaults, ...headers }['accept'] === 'application/json' ? 'application/json' : undefined;
  if (expected.status >= 400) expectScimError(answer, expected.status, expected.scimType, asked);
  else expect({ status: answer.status, text: answer.text }).toEqual({ status: expected.status, text: answer.text });
  if (expected.headers) expect(answer.headers).toMatchObject(expected.headers);
  if (expected.resource) {
    const { id: _id, meta: _meta, schemas, ...shown } = answer.body as Record<string, unknown>;
    expect({ ...shown, ...(expected.resource['schemas'] !== undefined && { schemas }) }).toEqual(expected.resource);
  }
  if (expected.body !== undefined) expect(answer.body).toMatchObject(expected.body as object);
  expect(types).toEqual(expected.events ?? []);
  if (expected.changes !== undefined) {
    const updates = events.filter(({ type }) => type.endsWith('Updated'));
    expect(updates.map(({ data }) => data)).toEqual([{ changes: expected.changes }]);
  }
  for (const [name, attribute] of Object.entries(step.remember ?? {})) {
    memory.set(name, attribute === '*' ? answer.body : answer.body[attribute]);
  }
}

/** Puts what was remembered in the place of each `{{name}}`. */
function fill<T>(template: T, memory: ReadonlyMap<string, unknown>): T {
  const text = JSON.stringify(template).replace(/\{\{([\w.]+)\}\}/g, (_all, name: string) => {
    const value = memory.get(name);
    if (typeof value !== 'string') throw new Error(`nothing is remembered as ${name}`);
    return JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(text) as T;
}
