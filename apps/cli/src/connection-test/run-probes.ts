import { CAPABILITIES, type Capability, type IdpProbes, type ProbeCall } from '#idp';
import { fill, fillPath, missingFrom } from './fill.js';
import type { ScimAnswer, ScimClient } from './scim-client.js';

/** One request of a test, and what came of it. */
export interface CallResult {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
}

export interface CapabilityResult {
  readonly capability: Capability;
  /** `skipped`: something before it failed. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it did not pass. */
  readonly reason?: string;
  readonly calls: readonly CallResult[];
}

/** What cannot be tried where the capability has not passed. */
const NEEDS: Readonly<Partial<Record<Capability, Capability>>> = {
  updateUser: 'createUser',
  deactivateUser: 'createUser',
  reactivateUser: 'createUser',
  deleteUser: 'createUser',
  changeMembers: 'pushGroup',
  renameGroup: 'pushGroup',
  deleteGroup: 'pushGroup',
};

export interface ProbeRun {
  readonly probes: IdpProbes;
  /** How the connection's provider finds people. */
  readonly lookup: string;
  readonly client: ScimClient;
  /** The same with a token that nobody was given. */
  readonly stranger: ScimClient;
  /** The same with the token in each other way in which the provider may send it, by its name. */
  readonly otherWays: ReadonlyMap<string, ScimClient>;
  /** `userName`, `externalId`, `groupName`, `nobody`; what calls keep is added. */
  readonly values: Map<string, unknown>;
}

/** Tries all that the provider does, in its order. */
export async function* runProbes(run: ProbeRun): AsyncGenerator<CapabilityResult> {
  const failed = new Set<Capability>();
  for (const capability of CAPABILITIES) {
    const steps = stepsOf(capability, run);
    if (!steps) continue;
    const needed = failed.has('authentication') ? 'authentication' : NEEDS[capability];
    const result: CapabilityResult =
      needed !== undefined && failed.has(needed)
        ? { capability, outcome: 'skipped', reason: `needs ${needed}`, calls: [] }
        : await tryOne(capability, steps, run);
    if (result.outcome !== 'passed') failed.add(capability);
    yield result;
  }
}

interface Step {
  readonly call: ProbeCall;
  readonly client: ScimClient;
  /** What is special about it, for the reason. */
  readonly as?: string;
}

const READ: ProbeCall = { method: 'GET', path: '/Users?startIndex=1&count=1', status: [200] };

/** Undefined: the provider never does that. */
function stepsOf(
  capability: Capability,
  { probes, lookup, client, stranger, otherWays }: ProbeRun,
): Step[] | undefined {
  const own = (calls: readonly ProbeCall[] | undefined): Step[] | undefined => calls?.map((call) => ({ call, client }));
  switch (capability) {
    case 'authentication':
      return [
        { call: READ, client },
        ...[...otherWays].map(([as, other]) => ({ call: READ, client: other, as: `token sent as ${as}` })),
        { call: { ...READ, status: [401], shows: { status: '401' } }, client: stranger, as: 'a wrong token' },
      ];
    case 'userLookup':
      return own([{ method: 'GET', path: lookup, status: [200], shows: { totalResults: 0 } }]);
    case 'createUser':
      return own([
        ...probes.createUser,
        { method: 'GET', path: lookup, status: [200], shows: { totalResults: 1, Resources: [{ id: '{userId}' }] } },
      ]);
    default:
      return own(probes[capability]);
  }
}

async function tryOne(capability: Capability, steps: readonly Step[], { values }: ProbeRun): Promise<CapabilityResult> {
  const calls: CallResult[] = [];
  for (const { call, client, as } of steps) {
    const path = fillPath(call.path, values);
    const body = call.body && bodyOf(call, values);
    const answer = await client.send(call.method, path, body);
    calls.push({ method: call.method, path, status: answer.status, milliseconds: answer.milliseconds });
    const fault = faultOf(call, answer, values);
    if (fault !== undefined) {
      const reason = `${call.method} ${path}${as === undefined ? '' : ` (${as})`}: ${fault}`;
      return { capability, outcome: 'failed', reason, calls };
    }
    keep(call, answer, values);
  }
  return { capability, outcome: 'passed', calls };
}

function bodyOf({ body, echo }: ProbeCall, values: ReadonlyMap<string, unknown>): object {
  const filled = fill(body ?? {}, values);
  return echo === undefined ? filled : { ...(values.get(echo) as object | undefined), ...filled };
}

function keep({ keep: name }: ProbeCall, { body }: ScimAnswer, values: Map<string, unknown>): void {
  if (name === undefined) return;
  values.set(name, body);
  values.set(`${name}Id`, (body as { id?: string } | undefined)?.id);
}

function faultOf(
  { status, shows }: ProbeCall,
  answer: ScimAnswer,
  values: ReadonlyMap<string, unknown>,
): string | undefined {
  if (!status.includes(answer.status)) {
    const { detail } = (answer.body ?? {}) as { detail?: string };
    return `answered ${answer.status} instead of ${status.join(' or ')}${detail === undefined ? '' : `: ${detail}`}`;
  }
  return shows && missingFrom(answer.body, fill(shows, values));
}
