import { FORMS, parseQuestion } from './questions.js';

describe('questions in plain words', () => {
  it.each([
    ['who is Ana Lee', { ask: 'person', name: 'Ana Lee' }],
    ['  Who’s   Ana Lee ?', { ask: 'person', name: 'Ana Lee' }],
    ['who is the manager of Ana Lee?', { ask: 'manager', of: 'Ana Lee' }],
    ["WHO IS Ana Lee's manager", { ask: 'manager', of: 'Ana Lee' }],
    ['who manages Ana', { ask: 'manager', of: 'Ana' }],
    ['who reports to bo@example.com', { ask: 'reports', to: 'bo@example.com' }],
    ['who works for Bo', { ask: 'reports', to: 'Bo' }],
    ['Who works in Finance in Berlin?', { ask: 'people', department: 'Finance', place: 'Berlin' }],
    ['who works in Research in Action at Rome', { ask: 'people', department: 'Research in Action', place: 'Rome' }],
    ['who works in Finance', { ask: 'people', department: 'Finance' }],
    ['who works part-time in Rome', { ask: 'people', employment: 'part time', place: 'Rome' }],
    ['who works full time', { ask: 'people', employment: 'full time' }],
    ['who is the Head of Finance', { ask: 'people', title: 'Head of Finance' }],
    ['who is a nurse in Berlin.', { ask: 'people', title: 'nurse', place: 'Berlin' }],
  ])('understands: %s', (text, question) => {
    expect(parseQuestion(text)).toEqual(question);
  });

  it.each(['', 'who', 'who is', 'how many people work here', 'Ana Lee', 'who works', 'delete Ana'])(
    'does not guess at: %s',
    (text) => {
      expect(parseQuestion(text)).toBeUndefined();
    },
  );

  it('understands every form that it offers', () => {
    for (const form of FORMS) expect(parseQuestion(form)).toBeDefined();
  });

  it('takes no longer for a long question', () => {
    const cpu = process.cpuUsage();
    parseQuestion(`who works in ${'in '.repeat(3_000)}`);
    parseQuestion(`who is a ${' in'.repeat(3_000)} x's manage`);
    expect(process.cpuUsage(cpu).user / 1_000).toBeLessThan(10_000);
  });
});
