import { createHash } from 'node:crypto';
import { html, Html } from './html.js';

/** Of our pages; colours keep the contrast that WCAG 2.2 AA asks for, in light and in dark. */
const STYLE = `
:root{color-scheme:light dark;--ground:#f3f4f6;--card:#fff;--text:#16191d;--quiet:#4b5563;--line:#8a929e;--accent:#1f4fd8;--on-accent:#fff;--fault:#a41623;--fault-ground:#fdeeee;--soft:#e5e8ec}
@media (prefers-color-scheme:dark){:root{--ground:#0e1116;--card:#181c23;--text:#eef0f3;--quiet:#aab2bf;--line:#6b7480;--accent:#8fb0ff;--on-accent:#0b1020;--fault:#ffb3b8;--fault-ground:#3a171b;--soft:#2a303a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem 1rem;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:100%;max-width:26rem;background:var(--card);border:1px solid var(--soft);border-radius:.75rem;padding:2rem 1.75rem;box-shadow:0 1px 2px rgb(0 0 0/.06),0 8px 24px rgb(0 0 0/.06)}
.brand{margin:0 0 1.25rem;font-size:.8125rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;color:var(--quiet)}
h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.25;overflow-wrap:anywhere}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.quiet{color:var(--quiet);font-size:.875rem}
.fault{margin:0 0 1rem;padding:.625rem .75rem;border-radius:.5rem;border-left:4px solid var(--fault);background:var(--fault-ground);color:var(--fault)}
label{display:block;margin:0 0 .25rem;font-weight:600;font-size:.9375rem}
input{display:block;width:100%;margin:0 0 1rem;padding:.625rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.5rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}
button{flex:1 1 8rem;padding:.6875rem 1rem;font:inherit;font-weight:600;border-radius:.5rem;border:1px solid var(--accent);background:var(--accent);color:var(--on-accent);cursor:pointer}
button.second{background:transparent;color:inherit;border-color:var(--line)}
ul{margin:0 0 1rem;padding:0;list-style:none;border-top:1px solid var(--soft)}
li{padding:.5rem 0;border-bottom:1px solid var(--soft)}
li b{display:block;font-weight:600}
li span{color:var(--quiet);font-size:.875rem}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
`;

// Not a character more, or it is not what the policy below lets in.
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** @param title of the window, in front of the product's name */
export function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} – Rollcall</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <p class="brand">Rollcall</p>
          ${content}
        </main>
      </body>
    </html>`.text;
}

/**
 * Nothing is loaded, framed, kept or told to others. There is no word on the opener: the provider's window waits for its popup.
 * @param returnsTo where a form may lead in the end. Browsers hold every redirect behind it to the policy, the provider's own
 *   ones too, which may go to any of its hosts.
 */
export function pageHeaders(returnsTo?: string): Readonly<Record<string, string>> {
  const target = returnsTo === undefined ? undefined : new URL(returnsTo);
  const targets = target ? [target.protocol === 'https:' ? 'https:' : target.origin] : [];
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    ['form-action', "'self'", ...targets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    pragma: 'no-cache',
  };
}
