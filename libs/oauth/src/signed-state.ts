import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LIFETIMES } from '#access';
import type { Parameters } from './parameters.js';

/** How far somebody has come on our pages. It travels with the forms, so any gateway with the same key goes on. */
export interface Interaction {
  readonly parameters: Parameters;
  /** Who has signed in; undefined: nobody yet. */
  readonly userName?: string;
}

interface Signed extends Interaction {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Hash of the browser's secret. */
  readonly browser: string;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

export const newBrowserSecret = (): string => randomBytes(24).toString('base64url');

/**
 * Signs what the pages hand on, for one browser: a form is taken only along with the cookie that the page was sent with, so
 * no other site can send it, and none can have an admin sign in for somebody else.
 */
export class SignedState {
  private readonly key: Buffer;

  /** @param secret of the installation, at least 32 characters */
  constructor(
    secret: string,
    private readonly now: () => number = Date.now,
  ) {
    this.key = createHash('sha256').update(`oauth pages\0${secret}`).digest();
  }

  seal(interaction: Interaction, browserSecret: string): string {
    const signed: Signed = { ...interaction, at: this.now(), browser: hashOf(browserSecret) };
    const body = Buffer.from(JSON.stringify(signed)).toString('base64url');
    return `${body}.${this.sign(body).toString('base64url')}`;
  }

  /** @returns undefined for what we have not signed, for this browser, lately */
  open(sealed: string | undefined, browserSecret: string | undefined): Interaction | undefined {
    const [body = '', signature = ''] = (sealed ?? '').split('.');
    const given = Buffer.from(signature, 'base64url');
    const wanted = this.sign(body);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    const { at, browser, ...interaction } = JSON.parse(Buffer.from(body, 'base64url').toString()) as Signed;
    if (browserSecret === undefined || browser !== hashOf(browserSecret)) return undefined;
    return this.now() - at > LIFETIMES.interaction * 1_000 ? undefined : interaction;
  }

  private sign(body: string): Buffer {
    return createHmac('sha256', this.key).update(body).digest();
  }
}
