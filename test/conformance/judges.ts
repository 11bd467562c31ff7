import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { WRONG_CHECKS } from './wrong-checks.js';

export type Judge = 'scim2-tester' | 'scim-sanity';

/** What one judge found in one place. */
export interface Check {
  readonly judge: Judge;
  readonly name: string;
  /** `skipped`: the judge does not look, as the server says that it has no such thing. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

interface Target {
  readonly baseUrl: string;
  readonly token: string;
}

const LIMIT_MS = 300_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

interface Scim2TesterCheck {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

/** https://scim2-tester.readthedocs.io: every declared attribute is added, replaced and removed. */
export async function scim2Tester(bin: string, { baseUrl, token }: Target): Promise<Check[]> {
  const script = 'test/conformance/scim2_tester_checks.py';
  const checks = (await jsonOf(join(bin, 'python'), [script, baseUrl], { SCIM_TOKEN: token })) as Scim2TesterCheck[];
  // Its milder verdicts than `error` are about recommendations of the RFC; we mean to follow those too.
  return checks.map(({ name, status, message }) => ({
    judge: 'scim2-tester',
    name,
    outcome: status === 'success' ? 'passed' : 'failed',
    message,
  }));
}

interface ScimSanityReport {
  readonly results: readonly { name: string; status: string; message?: string }[];
}

/** https://pypi.org/project/scim-sanity: the life of a user and of a group, in strict mode. */
export async function scimSanity(bin: string, { baseUrl, token }: Target): Promise<Check[]> {
  const parameters = ['probe', baseUrl, '--token', token, '--strict', '--json-output', '--i-accept-side-effects'];
  const { results } = (await jsonOf(join(bin, 'scim-sanity'), parameters)) as ScimSanityReport;
  return results.map(({ name, status, message = '' }) => ({
    judge: 'scim-sanity',
    name,
    outcome: status === 'pass' ? 'passed' : status === 'skip' ? 'skipped' : 'failed',
    message,
  }));
}

/** Resources of drafts that no provider speaks yet; we do not declare them, and so they are not looked at. */
const NOT_OFFERED = /^Agent(icApplication)? (CRUD|Rapid) Lifecycle$|^AgenticApplication CRUD Lifecycle$/;

/** What stands between these checks and a clean bill; empty when nothing does. */
export function faultsIn(checks: readonly Check[]): string[] {
  const faults: string[] = [];
  const wrongs = new Set(WRONG_CHECKS);
  for (const { judge, name, outcome, message } of checks) {
    if (outcome === 'passed' || (outcome === 'skipped' && NOT_OFFERED.test(name))) continue;
    const wrong = WRONG_CHECKS.find((one) => one.judge === judge && one.name === name);
    if (wrong && message.includes(wrong.complaint)) wrongs.delete(wrong);
    else faults.push(`${judge}: ${name} ${outcome}: ${message}`);
  }
  for (const judge of ['scim2-tester', 'scim-sanity'] as const) {
    if (!checks.some((check) => check.judge === judge && check.outcome === 'passed')) {
      faults.push(`${judge}: nothing passed; did it run?`);
    }
  }
  for (const { judge, name, adr } of wrongs) {
    faults.push(`${judge}: ${name} no longer complains; take it out of the wrong checks and look at ${adr}`);
  }
  return faults;
}

/** Standard output as JSON, whatever the exit code: a judge that finds faults ends with another than 0. */
function jsonOf(program: string, parameters: readonly string[], environment: Record<string, string> = {}) {
  const options = { env: { ...process.env, ...environment }, timeout: LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise<unknown>((resolve, reject) => {
    execFile(program, [...parameters], options, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch (cause) {
        reject(new Error(`${program} printed no report: ${stderr || error?.message}`, { cause }));
      }
    });
  });
}
