import { fold, type ProductPeople } from '#consumer';
import type { ViewMessage } from '#products';
import type { Filter } from '#read-models';
import { type Employee, custom } from './hr-assistant-people.js';
import type { Question } from './questions.js';

export type HrPeople = ProductPeople<ViewMessage, Employee>;

/** Asked of people outright, by their facts. */
export interface Criteria {
  readonly name?: string | undefined;
  readonly department?: string | undefined;
  readonly place?: string | undefined;
  readonly title?: string | undefined;
  readonly employment?: string | undefined;
  readonly manager?: string | undefined;
}

export interface Answer {
  /** Who it is; those who have left too, last. */
  readonly people: readonly object[];
  /** What is known of a manager who is nobody the assistant was told of. */
  readonly told?: readonly string[];
}

/** Answers a question from what the assistant was told; it adds nothing of its own. */
export async function answer(people: HrPeople, tenant: string, question: Question, limit: number): Promise<Answer> {
  switch (question.ask) {
    case 'person':
      return who(people, tenant, { name: question.name }, limit);
    case 'people':
      return who(people, tenant, question, limit);
    case 'reports': {
      const managers = await people.find(tenant, named(question.to), limit);
      const known = managers.flatMap(namesOf);
      return shown(
        people,
        await people.find(tenant, { 'find.manager': { $in: [fold(question.to), ...known] } }, limit),
      );
    }
    case 'manager': {
      const persons = await people.find(tenant, named(question.of), limit);
      const told = [...new Set(persons.flatMap(({ find }) => find.manager ?? []))];
      if (told.length === 0) return { people: [] };
      const candidates: Filter[] = told.flatMap((name) => [
        { 'find.login': `${tenant}/${name}` },
        ...(name.includes('@') ? [{ 'find.text': { $regex: literally(name) } }] : [named(name)]),
      ]);
      const managers = await people.find(tenant, { $or: candidates }, limit);
      return managers.length > 0 ? shown(people, managers) : { people: [], told };
    }
  }
}

/** People of whom all of it is so. */
export async function who(people: HrPeople, tenant: string, criteria: Criteria, limit: number): Promise<Answer> {
  const { name, department, place, title, employment, manager } = criteria;
  const conditions: Filter[] = [];
  if (name !== undefined) conditions.push(named(name));
  // Where no place is asked for as well, "in Berlin" may be either.
  if (department !== undefined && place === undefined) {
    conditions.push({ $or: [{ 'find.department': fold(department) }, { 'find.location': fold(department) }] });
  } else if (department !== undefined) conditions.push({ 'find.department': fold(department) });
  if (place !== undefined) conditions.push({ 'find.location': fold(place) });
  if (title !== undefined) conditions.push(named(title));
  if (manager !== undefined) conditions.push({ 'find.manager': fold(manager) });
  const found = await people.find(tenant, { $and: conditions.length > 0 ? conditions : [{}] }, limit);
  const fits = ({ facts }: Employee): boolean =>
    (title === undefined || holds(facts['job_title'], title)) &&
    (employment === undefined || sameWords(facts['employment_type'], employment));
  return shown(people, found.filter(fits));
}

/** All words are in the names, addresses or title. */
function named(name: string): Filter {
  const words = fold(name).split(/\s+/).filter((word) => word !== ''); // prettier-ignore
  return { $and: words.map((word) => ({ 'find.text': { $regex: literally(word) } })) };
}

const namesOf = ({ facts }: Employee): string[] =>
  [facts['user_name'], facts['email'], `${text(facts['first_name'])} ${text(facts['last_name'])}`, custom(facts, 'employeeId')] // prettier-ignore
    .flatMap((value) => (typeof value === 'string' && value.trim() !== '' ? [fold(value)] : []));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const holds = (value: unknown, words: string): boolean => fold(text(value)).includes(fold(words));
const sameWords = (value: unknown, words: string): boolean =>
  fold(text(value)).replace(/[-_]/g, ' ') === fold(words).replace(/[-_]/g, ' ');

const literally = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\u0000', '\\x00');

function shown(people: HrPeople, found: readonly Employee[]): Answer {
  const sorted = [...found].sort((a, b) => Number(b.may_ask) - Number(a.may_ask));
  return { people: sorted.map((employee) => people.show(employee)) };
}
