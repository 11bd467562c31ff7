import { ScimError } from '../scim-error.js';
import { parseBulkRequest } from './bulk-request.js';

const POST = { method: 'POST', path: '/Users', bulkId: 'u1', data: { userName: 'ana' } };

function refusal(body: unknown, maxOperations = 10): ScimError {
  try {
    parseBulkRequest(body, maxOperations);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('parseBulkRequest', () => {
  it('reads operations as RFC 7644 §3.7 writes them', () => {
    const Operations = [POST, { method: 'DELETE', path: '/Users/1', version: 'W/"4"' }];
    expect(parseBulkRequest({ failOnErrors: 2, Operations }, 10)).toEqual({
      failOnErrors: 2,
      operations: [POST, { method: 'DELETE', path: '/Users/1', version: 'W/"4"', data: undefined }],
    });
  });

  it('takes names and methods in any case', () => {
    const body = { operations: [{ METHOD: 'post', Path: ' /Users ', BulkID: 'u1', Data: {} }], FAILONERRORS: 1 };
    expect(parseBulkRequest(body, 10)).toEqual({
      failOnErrors: 1,
      operations: [{ method: 'POST', path: '/Users', bulkId: 'u1', data: {} }],
    });
  });

  it('takes null for absent, as Entra ID’s API-driven provisioning sends it', () => {
    const patch = { method: 'PATCH', path: '/Users/1', bulkId: null, version: null, data: {} };
    const { failOnErrors, operations } = parseBulkRequest({ failOnErrors: null, Operations: [patch, patch] }, 10);
    expect(failOnErrors).toBeUndefined();
    expect(operations[1]).toEqual({ method: 'PATCH', path: '/Users/1', data: {} });
  });

  it.each([
    ['no object', [], 'invalidSyntax', 'Operations'],
    ['no Operations', {}, 'invalidSyntax', 'Operations'],
    ['Operations that are no list', { Operations: { ...POST } }, 'invalidSyntax', 'Operations'],
    ['no operation', { Operations: [] }, 'invalidSyntax', 'Operations'],
    ['an operation that is none', { Operations: [POST, 7] }, 'invalidSyntax', 'Operation 2'],
    ['no method', { Operations: [{ ...POST, method: '' }] }, 'invalidSyntax', 'Operation 1: "method"'],
    ['another method', { Operations: [POST, { method: 'GET', path: '/Users' }] }, 'invalidSyntax', 'Operation 2'],
    ['no path', { Operations: [POST, { method: 'DELETE' }] }, 'invalidSyntax', 'Operation 2: "path"'],
    ['a path that is no text', { Operations: [{ ...POST, path: 7 }] }, 'invalidSyntax', 'Operation 1: "path"'],
    ['a POST without bulkId', { Operations: [{ ...POST, bulkId: '' }] }, 'invalidSyntax', 'Operation 1'],
    ['a bulkId that is no text', { Operations: [{ ...POST, bulkId: 1 }] }, 'invalidSyntax', '"bulkId"'],
    ['a bulkId twice', { Operations: [POST, { ...POST }] }, 'invalidValue', 'Operation 2'],
    ['a version that is no text', { Operations: [{ ...POST, version: 1 }] }, 'invalidSyntax', '"version"'],
    ['failOnErrors 0', { failOnErrors: 0, Operations: [POST] }, 'invalidValue', 'failOnErrors'],
    ['failOnErrors as text', { failOnErrors: '1', Operations: [POST] }, 'invalidValue', 'failOnErrors'],
    ['failOnErrors 1.5', { failOnErrors: 1.5, Operations: [POST] }, 'invalidValue', 'failOnErrors'],
  ])('refuses %s', (_title, body, kind, named) => {
    const error = refusal(body);
    expect(error.kind).toBe(kind);
    expect(error.detail).toContain(named);
  });

  it('names the limit when there are more operations (RFC 7644 §3.7.4)', () => {
    // Counted before any is looked at.
    const error = refusal({ Operations: Array.from({ length: 11 }, () => null) });
    expect(error.kind).toBe('payloadTooLarge');
    expect(error.detail).toMatch(/11 operations.*maxOperations is 10/);
  });
});
