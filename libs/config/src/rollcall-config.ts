import 'reflect-metadata';
import proxyAddr from '@fastify/proxy-addr';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  Validate,
  ValidateIf,
  validateSync,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { KAFKA_BROKERS_FORM, parseKafkaBrokers } from './kafka-brokers.js';

const toInt = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
);

const hasTls = ({ TLS_CERT_FILE, TLS_KEY_FILE }: RollcallConfig): boolean => Boolean(TLS_CERT_FILE ?? TLS_KEY_FILE);
const goesWith = (other: string): { message: string } => ({
  message: `$property must name a file too, as ${other} does`,
});

@ValidatorConstraint({ name: 'trustedProxies' })
class TrustedProxies implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'string') return false;
    // A bare number is a count; the library would take a long one for an address.
    if (/^\d+$/.test(value.trim())) return value.trim().length <= 2;
    try {
      proxyAddr.compile(value.split(',').map((address) => address.trim()));
      return true;
    } catch {
      return false;
    }
  }
  defaultMessage(): string {
    return 'TRUSTED_PROXIES must be a number of proxies, or IP addresses and CIDRs separated by commas';
  }
}

@ValidatorConstraint({ name: 'kafkaBrokers' })
class KafkaAddress implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && parseKafkaBrokers(value) !== undefined;
  }
  defaultMessage(): string {
    return KAFKA_BROKERS_FORM;
  }
}

/**
 * Every setting, read from the environment once at start. Units are in the names; an engine's address given chooses that
 * engine, absent the embedded one.
 */
export class RollcallConfig {
  @toInt @IsInt() @Min(0) @Max(65535) PORT = 3000;

  @IsString() @MinLength(1) HOST = '127.0.0.1';

  /** Folder of the embedded engines; made when missing. */
  @IsString() @MinLength(1) DATA_DIR = './data';

  /** Key of the admin API, at least 16 characters. Absent: one is made at first start and kept in DATA_DIR/admin-key. */
  @IsOptional() @IsString() @MinLength(16) ADMIN_KEY?: string;

  /** With `scim.example.com`, a Host of `acme.scim.example.com` speaks to tenant `acme`. */
  @IsOptional()
  @Matches(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, { message: 'BASE_DOMAIN must be a lower-case host name without port' })
  BASE_DOMAIN?: string;

  /** Scheme and host that clients reach us by, where a proxy hides them, e.g. `https://scim.example.com`. */
  @IsOptional() @IsUrl({ require_tld: false, require_protocol: true }) PUBLIC_URL?: string;

  /**
   * Whose `Forwarded` and `X-Forwarded-…` headers count: the number of proxies in front, or their addresses, comma-separated
   * (IPs, CIDRs, `loopback`, `linklocal`, `uniquelocal`). Absent: nobody's.
   */
  @IsOptional() @Validate(TrustedProxies) TRUSTED_PROXIES?: string;

  /** Folder of more product profiles, one `*.json` file each. Absent: the products that come with Rollcall. */
  @IsOptional() @IsString() PRODUCTS_DIR?: string;

  /**
   * PEM files of our certificate, followed by those that vouch for it, and of its private key. With both we speak TLS, 1.2 at
   * least; they are read again when they change, and on SIGHUP.
   */
  @ValidateIf(hasTls) @IsString(goesWith('TLS_KEY_FILE')) TLS_CERT_FILE?: string;
  @ValidateIf(hasTls) @IsString(goesWith('TLS_CERT_FILE')) TLS_KEY_FILE?: string;

  /**
   * EventStoreDB 24.10.5 or newer: `esdb://user:password@host:2113?tls=true`, hosts separated by commas or `esdb+discover://`
   * for a cluster.
   */
  @IsOptional()
  @Matches(/^esdb(\+discover)?:\/\/[^\s/?]+(\?\S*|\/\??\S*)?$/, {
    message:
      'EVENTSTORE_URI must be esdb://[user:password@]host[:port][,…][?options], or the same with esdb+discover://',
  })
  EVENTSTORE_URI?: string;
  /**
   * MongoDB 6 or newer, a replica set where more than one process writes: `mongodb://…` or `mongodb+srv://…`. The database of
   * its path, `rollcall` by default, is for the read models; those beside it begin with its name.
   */
  @IsOptional()
  @Matches(/^mongodb(\+srv)?:\/\/[^\s/?]+(\/[^\s?/]{0,38})?(\?\S*)?$/, {
    message:
      'MONGODB_URI must be mongodb://[user:password@]host[:port][,…][/database][?options] or mongodb+srv://…, user and password percent-encoded, the database of 38 characters at most',
  })
  MONGODB_URI?: string;
  /** Kafka 3 or newer: `host:port,…`; see {@link parseKafkaBrokers} for TLS and SASL. */
  @IsOptional() @Validate(KafkaAddress) KAFKA_BROKERS?: string;

  /** Whether a first start on empty engines makes tenant `demo` and prints its token; `false` where output is kept by others. */
  @IsIn(['true', 'false']) DEMO_TENANT: 'true' | 'false' = 'true';

  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) LOG_LEVEL = 'info';

  /** Largest request body, bytes. A larger one is answered 413. */
  @toInt @IsInt() @Min(1024) @Max(256 * 1024 * 1024) MAX_BODY_BYTES = 4 * 1024 * 1024;

  /** Operations of one bulk request, and its bytes. Beyond either it is answered 413. */
  @toInt @IsInt() @Min(1) @Max(10_000) BULK_MAX_OPERATIONS = 1_000;
  @toInt @IsInt() @Min(1024) @Max(16 * 1024 * 1024) BULK_MAX_PAYLOAD_BYTES = 1024 * 1024;

  /** Resources on a page when the client names no count, and the most it can have. */
  @toInt @IsInt() @Min(1) @Max(1000) DEFAULT_PAGE_SIZE = 100;
  @toInt @IsInt() @Min(1) @Max(10_000) MAX_PAGE_SIZE = 1000;

  /** How long a cursor of a list is good for, seconds. */
  @toInt @IsInt() @Min(1) @Max(7 * 24 * 3600) CURSOR_TIMEOUT_SECONDS = 3_600;
  /**
   * Secret that cursors are sealed with, at least 32 characters; gateways that share it go on with each other's. Absent: one
   * is made at first start and kept in DATA_DIR/cursor-key.
   */
  @IsOptional() @IsString() @MinLength(32) CURSOR_KEY?: string;
  /**
   * Secret that the sign-in pages of OAuth are signed with, at least 32 characters; gateways that share it go on with each
   * other's. Absent: one is made at first start and kept in DATA_DIR/oauth-key.
   */
  @IsOptional() @IsString() @MinLength(32) OAUTH_KEY?: string;
  /**
   * Work that one list may spend on looking at resources that no index vouches for, milliseconds; beyond it the list is
   * answered 400 tooMany. Other requests get their turn meanwhile.
   */
  @toInt @IsInt() @Min(1) @Max(600_000) LIST_SEARCH_MS = 10_000;

  /** How long products may take to block somebody who leaves, seconds; beyond it the leaver is listed as late. */
  @toInt @IsInt() @Min(1) @Max(7 * 24 * 3600) DEPROVISIONING_LATE_SECONDS = 60;
  /**
   * What of successful SCIM calls the request log keeps: `bodies` (masked, at an identity provider's usual pace), `summaries`
   * (never a body) or `none`. Refused calls are kept whatever it is.
   */
  @IsIn(['bodies', 'summaries', 'none']) REQUEST_LOG_SUCCESSES: 'bodies' | 'summaries' | 'none' = 'bodies';
  /** How long calls stay in the request log. */
  @toInt @IsInt() @Min(1) @Max(3650) REQUEST_LOG_DAYS = 30;
  /** Most that the calls of one connection take on disk, successes and refusals each; and those of all together. */
  @toInt @IsInt() @Min(1) @Max(10_000) REQUEST_LOG_CONNECTION_MB = 16;
  @toInt @IsInt() @Min(1) @Max(100_000) REQUEST_LOG_MB = 1_024;

  /**
   * SCIM requests a second that one token, and one tenant, may send in the long run, the operations of bulk requests counted;
   * ten times as many at once. More are answered 429. 0: any number. Each process counts its own.
   */
  @toInt @IsInt() @Min(0) @Max(1_000_000) RATE_LIMIT_PER_SECOND = 100;
  @toInt @IsInt() @Min(0) @Max(1_000_000) RATE_LIMIT_TENANT_PER_SECOND = 200;
  /** The same of one admin's requests to the admin API. */
  @toInt @IsInt() @Min(0) @Max(1_000_000) ADMIN_RATE_LIMIT_PER_SECOND = 50;
  /** Requests with wrong tokens or keys from one address in a minute before they are answered 429. 0: any number. */
  @toInt @IsInt() @Min(0) @Max(1_000_000) SIGN_IN_FAILURES_PER_MINUTE = 30;
  /** Connections open at a time; more are closed as they come. */
  @toInt @IsInt() @Min(1) @Max(1_000_000) MAX_CONNECTIONS = 10_000;
  /** How long a client may take to send a request's headers, and the whole request, before it is answered 408. */
  @toInt @IsInt() @Min(1) @Max(600) HEADERS_TIMEOUT_SECONDS = 20;
  @toInt @IsInt() @Min(1) @Max(3_600) REQUEST_TIMEOUT_SECONDS = 120;
  /** How long an idle connection stays open; longer than a proxy in front keeps its own. */
  @toInt @IsInt() @Min(1) @Max(3_600) KEEP_ALIVE_SECONDS = 75;

  /** What opens `GET /metrics` as a bearer token, at least 16 characters. Absent: the admin key does. */
  @IsOptional() @IsString() @MinLength(16) METRICS_TOKEN?: string;
  /**
   * A port of its own for `GET /metrics`, on METRICS_HOST, for whom the network lets reach it: there no token is asked for
   * unless METRICS_TOKEN is set. Absent: none.
   */
  @IsOptional() @toInt @IsInt() @Min(0) @Max(65535) METRICS_PORT?: number;
  @IsString() @MinLength(1) METRICS_HOST = '127.0.0.1';
  /** Tenants with numbers of their own in the metrics, the first to come; the others share one. 0: all share it. */
  @toInt @IsInt() @Min(0) @Max(100_000) METRICS_TENANTS = 200;

  /** Base URL of the OTLP/HTTP collector that gets our traces, e.g. `http://collector:4318`. Absent: none are made. */
  @IsOptional() @IsUrl({ require_tld: false, require_protocol: true }) OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  /** Name of the process in its traces; default `rollcall-` and the app. */
  @IsOptional() @IsString() @MinLength(1) OTEL_SERVICE_NAME?: string;

  /** How long a durable write waits for the read model before it is answered, milliseconds. */
  @toInt @IsInt() @Min(0) @Max(60_000) WRITE_WAIT_MS = 5_000;
  /** How long a list waits for the read model before it is answered 503, milliseconds. */
  @toInt @IsInt() @Min(0) @Max(60_000) LIST_WAIT_MS = 2_000;
}

/** The settings, or what they ask for, cannot be. The message is for whoever started the process. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * @param env settings by name; default the process' environment. Names we do not know are left alone.
 * @throws ConfigurationError naming every fault at once, without the values
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): RollcallConfig {
  const known = new RollcallConfig();
  const names = [
    ...Object.keys(known),
    'ADMIN_KEY',
    'CURSOR_KEY',
    'OAUTH_KEY',
    'METRICS_TOKEN',
    'METRICS_PORT',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_SERVICE_NAME',
    'BASE_DOMAIN',
    'PUBLIC_URL',
    'TRUSTED_PROXIES',
    'TLS_CERT_FILE',
    'TLS_KEY_FILE',
    'PRODUCTS_DIR',
    'EVENTSTORE_URI',
    'MONGODB_URI',
    'KAFKA_BROKERS',
  ];
  const given = Object.fromEntries(
    names.flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])),
  );
  const config = plainToInstance(RollcallConfig, { ...known, ...given });
  const faults = validateSync(config, { validationError: { target: false, value: false } });
  if (faults.length === 0) return config;
  const lines = faults.flatMap(({ property, constraints }) =>
    Object.values(constraints ?? { [property]: `${property} is not valid` }),
  );
  throw new ConfigurationError(`Settings are not valid:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
}
