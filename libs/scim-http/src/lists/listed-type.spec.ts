import { unindexedAttributes } from '#read-models';
import { parseFilter } from '#scim';
import { GROUP_TYPE, USER_TYPE } from './listed-type.js';

it.each([USER_TYPE, GROUP_TYPE])('tells admins of indexed attributes only', ({ indexed, model, collection }) => {
  const filter = indexed.map((name) => `${name} pr`).join(' and ');
  expect(unindexedAttributes(parseFilter(filter, model), collection)).toEqual([]);
});
