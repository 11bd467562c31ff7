import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeWithChromium, launchChromium } from '../support/chromium.js';
import { granted, OAuthTestClient, OKTA_CALLBACK } from '../support/oauth-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';

const ADMIN_CONSOLE = 'https://acme-admin.okta.com/admin/app/rollcall/provisioning';
/** Runs in Okta’s window, whose words this project’s types do not know. */
const HAS_RESULT = `document.getElementById('result').textContent !== ''`;
/** Folder that pictures of the pages are put into, to be looked at; none are made without. */
const PICTURES = process.env['BROWSER_PICTURES'];

/** The way of seed 001 through a real browser: “Authenticate” opens a popup, an admin signs in and allows, Okta provisions. */
describeWithChromium('Okta’s “Authenticate” in a browser', (executablePath) => {
  let gateway: TestGateway;
  let browser: Browser;
  let okta: OAuthTestClient;
  let context: BrowserContext;
  /** What browsers complained of: a policy that was broken, above all. */
  let complaints: string[];

  beforeAll(async () => {
    gateway = await startGateway();
    const tenant = await gateway.newTenant({ idp: 'okta' });
    await gateway.admin('PATCH', `/tenants/${tenant.slug}`, { name: 'Acme Hospital' });
    okta = await OAuthTestClient.register(tenant);
    browser = await launchChromium(executablePath);
    if (PICTURES !== undefined) await mkdir(PICTURES, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    complaints = [];
    // Whatever our pages do without a script has to be enough.
    context = await browser.newContext();
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
  });
  afterEach(() => context.close());

  const authorizeUrl = (state: string) => {
    const { clientId, authorizationEndpoint } = okta.client;
    const query = { response_type: 'code', client_id: clientId, redirect_uri: OKTA_CALLBACK, state };
    // As the admin has entered it: with a query string of its own.
    return `${authorizationEndpoint}?scope=offline_access&${new URLSearchParams(query).toString()}`;
  };
  const picture = async (page: Page, name: string) => {
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  };

  /** Okta’s hosts as far as the popup meets them; none is asked in truth. */
  async function actAsOkta(page: Page): Promise<void> {
    const session = await context.newCDPSession(page);
    session.on('Fetch.requestPaused', ({ requestId, request }) => {
      const { host, pathname } = new URL(request.url);
      // The callback hands on to the customer’s own console, another host of Okta’s.
      const answer =
        host === 'system-admin.okta.com'
          ? {
              responseCode: 302,
              headers: { location: `https://acme-admin.okta.com/callback${new URL(request.url).search}` },
            }
          : { responseCode: 200, headers: { 'content-type': 'text/html' }, body: pageOf(pathname) };
      const headers = Object.entries(answer.headers).map(([name, value]) => ({ name, value }));
      const body = Buffer.from(answer.body ?? '').toString('base64');
      void session.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: answer.responseCode,
        responseHeaders: headers,
        body,
      });
    });
    await session.send('Fetch.enable', { patterns: [{ urlPattern: 'https://*.okta.com/*' }] });
  }

  const pageOf = (path: string) =>
    path === '/callback'
      ? `<p>Authenticated</p><script>opener.postMessage(location.search, '*')</script>`
      : `<button onclick="open('about:blank', 'popup', 'width=600,height=700')">Authenticate with Rollcall</button>
         <p id="result"></p>
         <script>onmessage = ({ data }) => (document.getElementById('result').textContent = data)</script>`;

  /** Presses the button. @returns Okta’s window and its popup */
  async function authenticate(state: string): Promise<{ console: Page; popup: Page }> {
    const page = await context.newPage();
    await actAsOkta(page);
    await page.goto(ADMIN_CONSOLE);
    const [popup] = await Promise.all([context.waitForEvent('page'), page.getByRole('button').click()]);
    await actAsOkta(popup);
    await popup.goto(authorizeUrl(state));
    return { console: page, popup };
  }

  it('signs in, allows, and gets tokens that provision and refresh', async () => {
    const { console: page, popup } = await authenticate('okta-state/1');
    expect(await popup.title()).toBe('Sign in – Rollcall');
    expect(await popup.evaluate('document.activeElement.id')).toBe('username');
    await picture(popup, '1-sign-in');

    await popup.getByLabel('SCIM username').fill(okta.client.userName);
    await popup.getByLabel('SCIM password').fill('not this one');
    await popup.getByRole('button', { name: 'Sign in' }).click();
    await expect(popup.getByRole('alert').textContent()).resolves.toBe('Username or password is not right.');
    await picture(popup, '2-wrong-password');

    await popup.getByLabel('SCIM password').fill(okta.client.password);
    await popup.keyboard.press('Enter');
    await popup.getByRole('heading', { name: 'Allow Okta to provision Acme Hospital?' }).waitFor();
    await picture(popup, '3-consent');
    await popup.getByRole('button', { name: 'Allow' }).click();

    // The popup has told the window that opened it, which our headers must not cut it off from.
    const result = page.locator('#result');
    await page.waitForFunction(HAS_RESULT);
    const told = new URLSearchParams((await result.textContent()) ?? '');
    expect(told.get('state')).toBe('okta-state/1');
    expect(new URL(popup.url()).host).toBe('acme-admin.okta.com');
    // The wrong password is answered 400, which Chromium tells there too.
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);

    const tokens = granted(await okta.exchange(told.get('code') ?? ''));
    const created = await okta.scim(tokens.access_token, 'POST', '/Users', { userName: 'ana@example.com' });
    expect(created.status).toBe(201);
    const refreshed = granted(await okta.refresh(tokens.refresh_token));
    const found = await okta.scim(refreshed.access_token, 'GET', '/Users?startIndex=1&count=2');
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ userName: 'ana@example.com' }] });
  });

  it('goes back with nothing when the admin cancels', async () => {
    const { console: page, popup } = await authenticate('s');
    await popup.getByLabel('SCIM username').fill(okta.client.userName);
    await popup.getByLabel('SCIM password').fill(okta.client.password);
    await popup.getByRole('button', { name: 'Sign in' }).click();
    await popup.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForFunction(HAS_RESULT);
    const told = new URLSearchParams((await page.locator('#result').textContent()) ?? '');
    expect([told.get('error'), told.get('code')]).toEqual(['access_denied', null]);
  });

  it('is led by the keyboard alone, and looks as it should in the dark and on a narrow screen', async () => {
    await context.close();
    context = await browser.newContext({
      colorScheme: 'dark',
      viewport: { width: 320, height: 640 },
      javaScriptEnabled: false,
    });
    const page = await context.newPage();
    await page.goto(authorizeUrl('s'));
    // The browser gives it the focus when it first draws the page, which may be after it has loaded.
    await page.getByLabel('SCIM username').and(page.locator(':focus')).waitFor();
    await page.keyboard.type(okta.client.userName);
    await page.keyboard.press('Tab');
    await page.keyboard.type(okta.client.password);
    await picture(page, '4-dark-narrow-sign-in');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await picture(page, '5-dark-narrow-consent');
    const [width, view] = await Promise.all([
      page.locator('html').evaluate((element) => element.scrollWidth),
      page.locator('html').evaluate((element) => element.clientWidth),
    ]);
    expect(width).toBe(view);
  });

  it('is told in words what is wrong where it cannot go back', async () => {
    const page = await context.newPage();
    await page.goto(authorizeUrl('s').replace('system-admin.okta.com', 'evil.example.com'));
    expect(await page.getByRole('alert').textContent()).toContain('redirect_uri');
    await picture(page, '6-wrong-redirect-uri');
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  });
});
