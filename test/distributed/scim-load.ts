import { setTimeout as pause } from 'node:timers/promises';

/** One tenant and the token that an identity provider has for it. */
export interface Access {
  readonly tenant: string;
  readonly idp: string;
  readonly token: string;
}

/** A user's acknowledged changes, in the order of the acknowledgements. */
export interface UserLedger {
  readonly tenant: string;
  readonly id: string;
  readonly userName: string;
  readonly facts: string[];
}

export interface Answered {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into freely
  readonly body: any;
}

/** Longest that an identity provider waits for an answer here, and that it tries the same request again, ms. */
const ANSWER_MS = 12_000;
const GIVE_UP_MS = 120_000;
/** Between two tries, and between two requests of a writer, ms. */
const AGAIN_MS = 150;
const PACE_MS = 25;

/** One request, once. @throws no answer came */
export async function send(
  url: string,
  { tenant, token }: Access,
  method: string,
  path: string,
  body?: object,
): Promise<Answered> {
  const answer = await fetch(`${url}/scim/v2/${tenant}${path}`, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/**
 * Identity providers that provision people through gateways, each request again until it is answered: what is not answered
 * may or may not have happened.
 */
export class ScimLoad {
  readonly ledgers: UserLedger[] = [];
  /** `tenant/group/user` → joined and left, as acknowledged. */
  readonly memberships = new Map<string, string[]>();
  /** What one gateway had acknowledged and another one did not show. */
  readonly unseen: string[] = [];
  /** Requests answered, tries that were not, and looks through the other gateway. */
  readonly counts = { answered: 0, tries: 0, looks: 0 };
  #stopped = false;
  #writers: Promise<void>[] = [];

  constructor(private readonly gateways: readonly string[]) {}

  /** @param group id of the tenant's group that people join */
  start(access: Access, group: string): void {
    for (const [i, url] of this.gateways.entries()) {
      const other = this.gateways[(i + 1) % this.gateways.length] ?? url;
      this.#writers.push(this.#write({ access, url, other, group, name: `${access.tenant}-${i}` }));
    }
  }

  /** Resolves when every request has been answered. @throws what stopped a writer */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#writers);
  }

  /** Somebody new. @returns their ledger */
  async create(url: string, access: Access, userName: string): Promise<UserLedger> {
    const user = {
      userName,
      title: 'new',
      name: { givenName: 'Ana', familyName: userName },
      emails: [{ value: userName, type: 'work', primary: true }],
      active: true,
    };
    const { status, body } = await this.#answered(url, access, 'POST', '/Users', user, [201, 409]);
    let id = (body as { id: string }).id;
    if (status === 409) {
      // Made by a try that was not answered; an identity provider then looks for whom it has to link.
      const filter = `?filter=${encodeURIComponent(`userName eq "${userName}"`)}`;
      const found = await this.#answered(url, access, 'GET', `/Users${filter}`, undefined, [200]);
      id = (found.body as { Resources: { id: string }[] }).Resources[0]?.id ?? '';
    }
    const ledger = { tenant: access.tenant, id, userName, facts: ['provisioned new'] };
    this.ledgers.push(ledger);
    return ledger;
  }

  async #write(writer: { access: Access; url: string; other: string; group: string; name: string }): Promise<void> {
    const { access, url, other, name } = writer;
    const patch = (path: string, ...Operations: object[]) =>
      this.#answered(url, access, 'PATCH', path, { schemas: [PATCH_OP], Operations }, [200, 204]);
    for (let n = 0; !this.#stopped; n += 1) {
      const ledger = await this.create(url, access, `${name}.${n}@example.com`);
      const { id, facts } = ledger;
      const path = `/Users/${id}`;
      const retitle = async (title: string): Promise<void> => {
        await patch(path, { op: access.idp === 'entra-id' ? 'Replace' : 'replace', path: 'title', value: title });
        facts.push(`title ${title}`);
        await this.#look(other, access, ledger, title);
      };
      const activate = async (active: boolean): Promise<void> => {
        const value = access.idp === 'entra-id' ? (active ? 'True' : 'False') : active;
        await patch(path, { op: 'replace', path: 'active', value });
        facts.push(active ? 'reactivated' : 'deactivated');
      };
      const steps = [
        () => retitle(`${name}.${n}.1`),
        () => this.#join(writer, id, true),
        () => retitle(`${name}.${n}.2`),
        ...(n % 2 === 0 ? [() => activate(false)] : [() => retitle(`${name}.${n}.3`)]),
        ...(n % 4 === 0 ? [() => activate(true), () => retitle(`${name}.${n}.4`)] : []),
        ...(n % 3 === 0 ? [() => this.#join(writer, id, false)] : []),
        ...(n % 5 === 4
          ? [
              () =>
                this.#answered(url, access, 'DELETE', path, undefined, [204, 404]).then(
                  () => void facts.push(...leaving(facts)),
                ),
            ]
          : []),
      ];
      for (const step of steps) {
        await step();
        await pause(PACE_MS);
      }
    }
  }

  async #join(
    { access, url, group }: { access: Access; url: string; group: string },
    id: string,
    joins: boolean,
  ): Promise<void> {
    const operation = joins
      ? { op: 'add', path: 'members', value: [{ value: id }] }
      : { op: 'remove', path: `members[value eq "${id}"]` };
    const body = { schemas: [PATCH_OP], Operations: [operation] };
    await this.#answered(url, access, 'PATCH', `/Groups/${group}`, body, [200, 204]);
    const key = `${access.tenant}/${group}/${id}`;
    this.memberships.set(key, [...(this.memberships.get(key) ?? []), joins ? 'joined' : 'left']);
  }

  /** The next request on another gateway sees what was acknowledged, unless that one has no answer just now. */
  async #look(url: string, access: Access, { id, userName }: UserLedger, title: string): Promise<void> {
    const answer = await send(url, access, 'GET', `/Users/${id}`).catch(() => undefined);
    if (answer?.status !== 200 && answer?.status !== 404) return;
    this.counts.looks += 1;
    const shown = (answer.body as { title?: string }).title;
    if (answer.status !== 200 || shown !== title)
      this.unseen.push(`${userName}: ${answer.status} ${shown} for ${title}`);
  }

  async #answered(
    url: string,
    access: Access,
    method: string,
    path: string,
    body: object | undefined,
    answers: readonly number[],
  ): Promise<Answered> {
    const giveUp = Date.now() + GIVE_UP_MS;
    for (let last: string; ; await pause(AGAIN_MS)) {
      try {
        const answer = await send(url, access, method, path, body);
        if (answers.includes(answer.status)) {
          this.counts.answered += 1;
          return answer;
        }
        last = `${answer.status} ${JSON.stringify(answer.body)}`;
        if (answer.status < 500 && answer.status !== 429) throw new Refused(`${method} ${path}: ${last}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
        last = String(error);
      }
      this.counts.tries += 1;
      if (Date.now() > giveUp) throw new Error(`${method} ${path} was not answered for ${GIVE_UP_MS} ms: ${last}`);
    }
  }
}

/** Whoever is deleted may no longer sign in either. */
function leaving(facts: readonly string[]): string[] {
  const isActive = facts.lastIndexOf('deactivated') <= facts.lastIndexOf('reactivated');
  return [...(isActive ? ['deactivated'] : []), 'deprovisioned'];
}

/** An answer that no identity provider would try again after. */
class Refused extends Error {}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
