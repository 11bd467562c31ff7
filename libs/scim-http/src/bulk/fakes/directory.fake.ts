import type { RequestContext } from '#handlers';
import { ScimError } from '#scim';
import type { ResourceWrites } from '../../resource-writes.js';
import type { BulkWritten } from '../bulk-job.js';

interface Body {
  userName?: string;
  displayName?: string;
  title?: string;
  manager?: { value: string };
  members?: { value: string }[];
  Operations?: { op: string; path?: string; value?: unknown }[];
}

interface Person {
  userName: string;
  title?: string | undefined;
  manager?: string | undefined;
  live: boolean;
  revision: number;
}

interface Team {
  displayName: string;
  members: Set<string>;
  live: boolean;
  revision: number;
}

/**
 * Users and groups with the rules that operations can disturb each other by: unique names, names that bring a deleted
 * user back, members that must exist, versions, and a deletion that takes its user out of groups a moment later.
 */
export class FakeDirectory {
  readonly people = new Map<string, Person>();
  readonly teams = new Map<string, Team>();
  private ids = 0;

  /** @param pause awaited before each step of a write; a test decides who goes on first */
  constructor(private readonly pause: () => Promise<void> = async () => undefined) {}

  readonly users: ResourceWrites<BulkWritten> = {
    create: async (_context: RequestContext, body: unknown) => {
      await this.pause();
      const { userName, title, manager } = body as Body;
      if (!userName) throw new ScimError('invalidValue', 'no userName');
      const [id, former] = this.bearer(userName) ?? [this.newId(), undefined];
      if (former?.live) throw new ScimError('uniqueness', 'userName is taken');
      const revision = (former?.revision ?? -1) + 1;
      this.people.set(id, { userName, title, manager: manager?.value, live: true, revision });
      return this.written(id, revision);
    },
    replace: (_context, id, body, ifMatch) => this.changePerson(id, body as Body, ifMatch),
    patch: (_context, id, body, ifMatch) => {
      const changes: Body = {};
      for (const { path, value } of (body as Body).Operations ?? []) {
        Object.assign(changes, path === undefined ? value : { [path]: value });
      }
      const { userName, title, manager } = this.people.get(id) ?? {};
      const before = { userName, title, ...(manager !== undefined && { manager: { value: manager } }) } as Body;
      return this.changePerson(id, { ...before, ...changes }, ifMatch);
    },
    remove: async (_context, id, ifMatch) => {
      await this.pause();
      const person = this.person(id, ifMatch);
      person.live = false;
      person.revision++;
      await this.leaveTeams(id);
      return this.written(id, person.revision);
    },
  };

  readonly groups: ResourceWrites<BulkWritten> = {
    create: async (_context, body) => {
      await this.pause();
      const { displayName = '', members = [] } = body as Body;
      const id = this.newId();
      this.requireMembers(id, members);
      this.teams.set(id, { displayName, members: idsOf(members), live: true, revision: 0 });
      return this.written(id, 0);
    },
    replace: async (_context, id, body, ifMatch) => {
      await this.pause();
      const team = this.team(id, ifMatch);
      const { displayName = '', members = [] } = body as Body;
      this.requireMembers(id, members);
      return this.changeTeam(id, team, displayName, idsOf(members));
    },
    patch: async (_context, id, body, ifMatch) => {
      await this.pause();
      const team = this.team(id, ifMatch);
      const members = new Set(team.members);
      for (const { op, path = 'members', value } of (body as Body).Operations ?? []) {
        if (op === 'remove') members.delete(/"(.*)"/.exec(path)?.[1] ?? '');
        else {
          const added = ((value as Body).members ?? value) as { value: string }[];
          this.requireMembers(id, added);
          for (const member of idsOf(added)) members.add(member);
        }
      }
      return this.changeTeam(id, team, team.displayName, members);
    },
    remove: async (_context, id, ifMatch) => {
      await this.pause();
      const team = this.team(id, ifMatch);
      team.live = false;
      await this.leaveTeams(id);
      return this.written(id, ++team.revision);
    },
  };

  whoHolds(userName: string): Promise<string | undefined> {
    return Promise.resolve(this.bearer(userName)?.[0]);
  }

  /** Everything that is to be seen, with names for ids. */
  snapshot(): unknown {
    const name = (id: string | undefined) =>
      id === undefined ? undefined : (this.people.get(id)?.userName ?? this.teams.get(id)?.displayName ?? id);
    const people = [...this.people.values()].map((person) => ({ ...person, manager: name(person.manager) }));
    const teams = [...this.teams.values()].map((team) => ({ ...team, members: [...team.members].map(name).sort() }));
    const inOrder = (a: unknown, b: unknown) => JSON.stringify(a).localeCompare(JSON.stringify(b));
    return { people: people.sort(inOrder), teams: teams.sort(inOrder) };
  }

  private async changePerson(id: string, body: Body, ifMatch: string | undefined): Promise<BulkWritten> {
    await this.pause();
    const person = this.person(id, ifMatch);
    const { userName = '', title, manager } = body;
    const bearer = this.bearer(userName);
    if (bearer && bearer[0] !== id && bearer[1].live) throw new ScimError('uniqueness', 'userName is taken');
    // Whoever was deleted under a name that somebody else now takes cannot come back under it.
    if (bearer && bearer[0] !== id) bearer[1].userName = `formerly ${userName}`;
    Object.assign(person, { userName, title, manager: manager?.value, revision: person.revision + 1 });
    return this.written(id, person.revision);
  }

  private changeTeam(id: string, team: Team, displayName: string, members: Set<string>): BulkWritten {
    const same = displayName === team.displayName && sameIds(members, team.members);
    Object.assign(team, { displayName, members, revision: team.revision + (same ? 0 : 1) });
    return this.written(id, team.revision);
  }

  private async leaveTeams(id: string): Promise<void> {
    const teams = [...this.teams.values()].filter(({ members }) => members.has(id));
    for (const team of teams) {
      await this.pause();
      if (team.members.delete(id)) team.revision++;
    }
  }

  private requireMembers(own: string, members: readonly { value: string }[]): void {
    for (const { value } of members) {
      const there = (this.people.get(value)?.live ?? false) || (this.teams.get(value)?.live ?? false);
      if (!there || value === own) throw new ScimError('invalidValue', 'no such member');
    }
  }

  private bearer(userName: string): [string, Person] | undefined {
    return [...this.people].find(([, person]) => person.userName === userName);
  }

  private person(id: string, ifMatch: string | undefined): Person {
    return found(this.people.get(id), ifMatch);
  }

  private team(id: string, ifMatch: string | undefined): Team {
    return found(this.teams.get(id), ifMatch);
  }

  private newId(): string {
    return `00000000-0000-7000-8000-${String(++this.ids).padStart(12, '0')}`;
  }

  private written(id: string, revision: number): BulkWritten {
    return { id, loaded: { revision } };
  }
}

const sameIds = (a: Set<string>, b: Set<string>): boolean => a.size === b.size && [...a].every((id) => b.has(id));

const idsOf = (members: readonly { value: string }[]): Set<string> => new Set(members.map(({ value }) => value));

function found<T extends { live: boolean; revision: number }>(one: T | undefined, ifMatch: string | undefined): T {
  if (!one?.live) throw new ScimError('notFound', 'not found');
  if (ifMatch !== undefined && ifMatch !== String(one.revision))
    throw new ScimError('versionMismatch', 'other version');
  return one;
}
