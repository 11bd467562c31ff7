import { CommandFailed, EXIT, type ExitCode } from './exit-codes.js';
import type { Access } from './settings.js';

/** RFC 9457, as the admin API writes it. */
interface Problem {
  readonly detail?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** The admin API. Every refusal becomes a {@link CommandFailed} that names the field. */
export class AdminApi {
  constructor(readonly access: Access) {}

  /** @param path behind `/admin/v1`; what is put in must be encoded, see {@link at} */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const { url, key } = this.access;
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${url}/admin/v1${path}`, request).catch((error: unknown) => {
      throw new CommandFailed(EXIT.unavailable, `${url} does not answer (${reasonOf(error)}); see ROLLCALL_URL`);
    });
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok && (text === '' || answer !== undefined)) return answer as T;
    const problem = (answer ?? {}) as Problem;
    const exitCode = response.ok ? EXIT.unavailable : exitCodeOf(response.status);
    throw new CommandFailed(exitCode, inWords(response.status, problem, url), problem);
  }

  /** Everything of a list that comes in pages. */
  async all<T>(path: string, member: string, query: Query = {}, most = Infinity): Promise<T[]> {
    const found: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.call<Record<string, unknown>>('GET', `${path}${queryOf({ ...query, cursor })}`);
      found.push(...(page[member] as T[]));
      cursor = page['nextCursor'] as string | undefined;
    } while (cursor !== undefined && found.length < most);
    return found.slice(0, most);
  }
}

/** A path whose parts are encoded. */
export const at = (texts: TemplateStringsArray, ...parts: readonly string[]): string =>
  texts.map((text, place) => text + encodeURIComponent(parts[place] ?? '')).join('');

function queryOf(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inWords(status: number, { detail, title, errors = [] }: Problem, url: string): string {
  if (errors.length > 0) return errors.map(({ field, detail: what }) => `${field}: ${what}`).join('\n');
  return detail ?? title ?? `${url} answered ${status} with something else than the admin API would; see ROLLCALL_URL`;
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.forbidden;
  if (status === 404) return EXIT.notFound;
  return status >= 500 ? EXIT.unavailable : EXIT.refused;
}

export function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
