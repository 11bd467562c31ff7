import { setTimeout as sleep } from 'node:timers/promises';
import { UserNameClaims } from '#handlers';
import { parseBulkRequest } from '#scim';
import { LOGGER, type Logger } from '#telemetry';
import { turn } from '#turns';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { expectScopes } from '../require-scopes.hook.js';
import { GroupWrites, UserWrites } from '../resource-writes.js';
import { scopeOf } from '../scopes-of-route.js';
import { noteRefusal } from '../report-refusal.js';
import { apologyFor, errorBody, errorBodyOf, refusalIn, refusalOf, statusOf } from '../scim-error.response.js';
import { SCIM_HTTP_OPTIONS, type ScimHttpOptions } from '../scim-http.options.js';
import { contextOf, type ScimRequest, sendScim, traceIdOf } from '../scim-request.js';
import { TenantTurns } from '../tenant-turns.js';
import { BEGUN_AT_ONCE, BulkJob } from './bulk-job.js';
import { type BulkResult, bulkResponse } from './bulk-result.js';

/**
 * Operations of one job under way at a time. Enough for the store to write many with one sync; few enough that the
 * requests of others come in between.
 */
const CONCURRENCY = 16;
/** Operations a second of one job, while other tenants ask for something: more than the limits let through in the long run. */
const BESIDE_OTHERS_PER_SECOND = 125;
const REST_BESIDE_OTHERS_MS = (BEGUN_AT_ONCE * 1_000) / BESIDE_OTHERS_PER_SECOND;
/** How long others count after a request of theirs. */
const OTHERS_MS = 1_000;
/** Jobs of one tenant under way at a time, and waiting: those whose clients have gone away, who left {@link gateBulk} with it. */
const JOBS_AT_ONCE = 1;
const JOBS_WAITING = 8;
/** Refused operations of one job that leave a record in the request log: the others are mostly refused for the same. */
const NOTED_REFUSALS = 20;

/** RFC 7644 §3.7. A job whose client has gone away is carried out all the same: nobody could tell where it stopped. */
@Controller('scim/v2/:tenant/Bulk')
export class BulkController {
  private readonly turns = new TenantTurns({ atOnce: JOBS_AT_ONCE, waiting: JOBS_WAITING, what: 'bulk requests' });

  constructor(
    private readonly users: UserWrites,
    private readonly groups: GroupWrites,
    private readonly claims: UserNameClaims,
    @Inject(SCIM_HTTP_OPTIONS) private readonly options: ScimHttpOptions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  async run(@Req() request: ScimRequest, @Res() reply: FastifyReply): Promise<void> {
    const bulk = parseBulkRequest(request.body, this.options.bulk.maxOperations);
    const context = contextOf(request);
    const { caller } = request.scim;
    const granted = caller?.scopes ?? 0;
    // One is paid for already.
    if (caller) this.options.requests.charge(caller, Date.now(), bulk.operations.length - 1);
    let refusals = 0;
    const job = new BulkJob(bulk, {
      context,
      baseUrl: request.scim.baseUrl,
      writes: { Users: this.users, Groups: this.groups },
      concurrency: CONCURRENCY,
      rest: () => this.rest(context.tenant),
      expectAllowed: (method, endpoint) => expectScopes(granted, scopeOf(method, endpoint)),
      whoHolds: async (userName) => (await this.claims.held(context.tenant, userName)).loaded.state.holder,
      answerFor: (exception) => this.answerFor(exception, request, refusals++ < NOTED_REFUSALS),
    });
    const results = await this.turns.run(context.tenant, () => job.run());
    this.report(request, results);
    sendScim(reply, 200, await bulkResponse(bulk.operations, results));
  }

  /** Beside others a job goes slower than it could: what it makes also has to be projected and told to products. */
  private async rest(tenant: string): Promise<void> {
    await turn();
    if (Date.now() - this.options.requests.lastOfOthers(tenant) < OTHERS_MS) await sleep(REST_BESIDE_OTHERS_MS);
  }

  private answerFor(
    exception: unknown,
    request: ScimRequest,
    isNoted: boolean,
  ): Pick<BulkResult, 'status' | 'response'> {
    const requestId = request.id;
    const refusal = refusalIn(exception);
    if (refusal && isNoted) noteRefusal(request, refusalOf(refusal));
    if (refusal) return { status: statusOf(refusal), response: errorBodyOf(refusal) };
    const about = { err: exception, requestId, ...traceIdOf(request.raw), method: 'POST' };
    this.logger.error(about, 'Operation of a bulk request failed');
    return { status: 500, response: errorBody(500, apologyFor(requestId)) };
  }

  /** How many operations ended with each status, where not all went well. */
  private report({ id, scim }: ScimRequest, results: readonly (BulkResult | undefined)[]): void {
    const statuses: Record<string, number> = {};
    for (const result of results) {
      const status = result?.status ?? 'not begun';
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    if (results.every((result) => result && result.status < 400)) return;
    this.logger.warn({ requestId: id, tenant: scim.tenant, statuses }, 'Operations of a bulk request refused');
  }
}
