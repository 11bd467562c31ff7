import type { KnownClient } from '#access';
import { findPreset } from '#idp';
import { html } from './html.js';
import { page } from './layout.js';

/** What both forms carry. */
export interface FormState {
  /** Path they are sent to. */
  readonly action: string;
  readonly state: string;
}

/**
 * Names nobody: whoever has come upon a client's id need not learn whose it is.
 * @param fault why the page is shown again @param userName as it was typed
 */
export function signInPage(
  { connection }: KnownClient,
  form: FormState,
  { fault, userName }: { fault?: string; userName?: string } = {},
): string {
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      <p>
        Sign in to let <b>${findPreset(connection.idp)?.title ?? 'your identity provider'}</b> provision people here.
        Use the SCIM username and password that came with the client ID.
      </p>
      ${fault !== undefined && html`<p class="fault" role="alert" id="fault">${fault}</p>`}
      <form method="post" action="${form.action}">
        <input type="hidden" name="interaction" value="${form.state}" />
        <label for="username">SCIM username</label>
        <input
          id="username"
          name="username"
          value="${userName ?? ''}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          maxlength="200"
          required
          ${fault !== undefined && html`aria-describedby="fault"`}
          ${userName === undefined && html`autofocus`}
        />
        <label for="password">SCIM password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          maxlength="1000"
          required
          ${fault !== undefined && html`aria-describedby="fault"`}
          ${userName !== undefined && html`autofocus`}
        />
        <div class="buttons"><button type="submit">Sign in</button></div>
      </form>`,
  );
}
