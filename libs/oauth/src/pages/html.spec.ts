import { html } from './html.js';

describe('html', () => {
  it('escapes whatever is put in, but for HTML itself', () => {
    const name = `<script>"a" & 'b'</script>`;
    const inner = html`<b>${name}</b>`;
    expect(html`<p title="${name}">${inner}</p>`.text).toBe(
      '<p title="&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"><b>&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;</b></p>',
    );
  });

  it('makes nothing of undefined and false, and a row of a list', () => {
    expect(html`<p>${undefined}${false}${0}${['a', html`<i></i>`, '<']}</p>`.text).toBe('<p>0a<i></i>&lt;</p>');
  });
});
