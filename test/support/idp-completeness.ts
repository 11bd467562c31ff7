import type { Habit, IdpFixtures, Scenario, Step } from './idp-scenario.js';

/** What an identity provider may do to us; its fixtures play each, or say who says that it does not. */
export const HABITS = [
  'connection-test',
  'match-hit',
  'match-miss',
  'create',
  'update',
  'clear-value',
  'deactivate',
  'reactivate',
  'delete',
  'group-create',
  'group-rename',
  'group-add',
  'group-remove',
  'group-replace',
  'group-empty',
] as const;

export const HEADERS = ['user-agent', 'accept', 'accept-charset', 'content-type'] as const;

/** What a scenario needs a step to look like before it may say that it covers a habit: a label alone does not count. */
interface Demand {
  readonly method: RegExp;
  readonly path: RegExp;
  /** Type of an event that the step must have appended. */
  readonly event?: string;
  /** `totalResults` that the step must expect. */
  readonly total?: number;
  /** Whether what the resource then is must be told: by the step, or by a GET behind it. */
  readonly state?: true;
  readonly mayFail?: true;
}

const change = { method: /^(PUT|PATCH)$/, path: /^\/Users\/[^/?]+$/, state: true } as const;
const groupChange = { method: /^(PUT|PATCH)$/, path: /^\/Groups\/[^/?]+$/, state: true } as const;
const membership = { ...groupChange, event: 'GroupMembershipChanged' } as const;
const match = { method: /^GET$/, path: /^\/Users\?.*filter=/ } as const;

const DEMANDS: Record<Habit, Demand> = {
  // Ping's probe asks for a user that cannot be there.
  'connection-test': { method: /./, path: /./, mayFail: true },
  'match-hit': { ...match, total: 1 },
  'match-miss': { ...match, total: 0 },
  create: { method: /^POST$/, path: /^\/Users$/, event: 'UserProvisioned', state: true },
  update: { ...change, event: 'UserUpdated' },
  'clear-value': { ...change, event: 'UserUpdated' },
  deactivate: { ...change, event: 'UserDeactivated' },
  reactivate: { ...change, event: 'UserReactivated' },
  delete: { method: /^DELETE$/, path: /^\/Users\/[^/]+$/, event: 'UserDeprovisioned' },
  'group-create': { method: /^POST$/, path: /^\/Groups$/, event: 'GroupCreated', state: true },
  'group-rename': { ...groupChange, event: 'GroupUpdated' },
  'group-add': membership,
  'group-remove': membership,
  'group-replace': membership,
  'group-empty': membership,
};

/** What is missing in a provider's fixtures, and what is wrong with what is there; empty when they are complete. */
export function faultsOf({ headers, notSent, files }: IdpFixtures): string[] {
  const faults: string[] = [];
  const played = new Set<string>(Object.keys(headers));
  for (const { name, scenarios, source } of files) {
    for (const scenario of scenarios) {
      const where = `${name}, "${scenario.title}"`;
      if (!GRADE.test(scenario.source ?? source ?? '')) faults.push(`${where}: no graded source`);
      for (const habit of scenario.covers ?? []) {
        if (habit in DEMANDS && plays(scenario, DEMANDS[habit])) played.add(habit);
        else faults.push(`${where}: no step is a complete ${habit}`);
      }
    }
  }
  const denied = new Set<string>();
  for (const { habit, header, source } of notSent) {
    denied.add(habit ?? header ?? '');
    if (!GRADE.test(source)) faults.push(`not-sent.json: ${habit ?? header} has no graded source`);
  }
  const known = new Set<string>([...HABITS, ...HEADERS]);
  for (const what of known) {
    if (!played.has(what) && !denied.has(what)) faults.push(`${what} is neither played nor in not-sent.json`);
    if (played.has(what) && denied.has(what)) faults.push(`${what} is played and yet in not-sent.json`);
  }
  for (const what of denied) if (!known.has(what)) faults.push(`not-sent.json: ${what} is no habit and no header`);
  return faults;
}

const GRADE = /\[[DTCIU]\]/;

const plays = ({ steps }: Scenario, demand: Demand): boolean =>
  steps.some((step, index) => {
    const { request, expect } = step;
    const path = pathOf(step);
    if (!demand.method.test(request.method) || !demand.path.test(path)) return false;
    if (expect.status >= 400 && !demand.mayFail) return false;
    if (demand.event !== undefined && !expect.events?.includes(demand.event)) return false;
    if (demand.total !== undefined && totalIn(expect.body) !== demand.total) return false;
    return !demand.state || tellsState(step) || steps.slice(index + 1).some((later) => readsBack(later, path));
  });

/** OneLogin's bare `?` says nothing. */
const pathOf = ({ request }: Step): string => request.path.replace(/\?$/, '');

const tellsState = ({ expect: { resource, body, changes } }: Step): boolean =>
  resource !== undefined || body !== undefined || changes !== undefined;

const readsBack = (step: Step, path: string): boolean =>
  step.request.method === 'GET' && pathOf(step) === path && tellsState(step);

const totalIn = (body: unknown): unknown => (body as { totalResults?: unknown } | undefined)?.totalResults;
