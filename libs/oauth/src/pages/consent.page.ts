import type { KnownClient } from '#access';
import { html, type Html } from './html.js';
import { page } from './layout.js';
import type { FormState } from './sign-in.page.js';

const METHODS: Readonly<Record<string, string>> = {
  get: 'read and search',
  post: 'create',
  put: 'change',
  patch: 'change',
  delete: 'remove',
};

const TYPES = [
  ['users', 'People'],
  ['groups', 'Groups'],
] as const;

/** @param scopes that would be granted */
export function consentPage(
  { connection, tenant }: KnownClient,
  form: FormState,
  { userName, scopes, returnsTo }: { userName: string; scopes: readonly string[]; returnsTo: string },
): string {
  return page(
    'Allow access',
    html`<h1>Allow ${connection.name} to provision ${tenant.name}?</h1>
      <p>Until its access is taken back, it may:</p>
      <ul>
        ${TYPES.map(([type, title]) => permission(title, methodsFor(type, scopes)))}
      </ul>
      <p class="quiet">
        You are signed in as <b>${userName}</b> and will be sent back to <code>${returnsTo}</code>. If that is not where
        you came from, choose Cancel.
      </p>
      <form method="post" action="${form.action}">
        <input type="hidden" name="interaction" value="${form.state}" />
        <div class="buttons">
          <button type="submit" name="decision" value="allow">Allow</button>
          <button type="submit" name="decision" value="cancel" class="second">Cancel</button>
        </div>
      </form>`,
  );
}

/** In words, each once: replacing and patching are the same to whoever allows them. */
function methodsFor(type: string, scopes: readonly string[]): string[] {
  const ofType = scopes.filter((scope) => scope.endsWith(`:${type}`));
  return [...new Set(ofType.map((scope) => METHODS[scope.split(':', 1)[0] ?? ''] ?? scope))];
}

function permission(title: string, methods: readonly string[]): Html | undefined {
  if (methods.length === 0) return undefined;
  return html`<li><b>${title}</b> <span>${methods.join(', ')}</span></li>`;
}
