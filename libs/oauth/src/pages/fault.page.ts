import { html } from './html.js';
import { page } from './layout.js';

/** A page for when there is nowhere to send the browser back to. */
export const faultPage = (title: string, what: string, remedy: string): string =>
  page(
    title,
    html`<h1>${title}</h1>
      <p class="fault" role="alert">${what}</p>
      <p>${remedy}</p>`,
  );
