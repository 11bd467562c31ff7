import { LIFETIMES } from '#access';
import { SignedState } from './signed-state.js';

const KEY = 'k'.repeat(32);
const interaction = { parameters: { client_id: 'c' }, userName: 'kim' };

describe('what pages hand on', () => {
  let now = 0;
  const state = new SignedState(KEY, () => now);
  beforeEach(() => (now = 0));

  it('comes back as it was, to any process with the key', () => {
    expect(new SignedState(KEY, () => now).open(state.seal(interaction, 'b'), 'b')).toEqual(interaction);
  });

  it('counts for the browser it was shown in alone', () => {
    const sealed = state.seal(interaction, 'b');
    expect(state.open(sealed, 'other')).toBeUndefined();
    expect(state.open(sealed, undefined)).toBeUndefined();
  });

  it('counts for ten minutes', () => {
    const sealed = state.seal(interaction, 'b');
    now = LIFETIMES.interaction * 1_000;
    expect(state.open(sealed, 'b')).toEqual(interaction);
    now++;
    expect(state.open(sealed, 'b')).toBeUndefined();
  });

  it('is worth nothing when changed, cut, or signed with another key', () => {
    const sealed = state.seal(interaction, 'b');
    const [body = '', signature = ''] = sealed.split('.');
    const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('kim', 'bob')).toString('base64url');
    for (const wrong of [undefined, '', '.', body, `${body}.`, `${forged}.${signature}`, `${body}.${signature}x`]) {
      expect(state.open(wrong, 'b')).toBeUndefined();
    }
    expect(new SignedState('o'.repeat(32), () => now).open(sealed, 'b')).toBeUndefined();
  });
});
