import { type Finding, fold, type ProductPeople } from '#consumer';
import type { ViewMessage } from '#products';
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
      const known = new Set([fold(question.to), ...managers.flatMap(namesOf)]);
      const isOne = (_: Employee, { manager }: Finding) => manager?.some((name) => known.has(name)) === true;
      return shown(people, await people.find(tenant, isOne, limit));
    }
    case 'manager': {
      const persons = await people.find(tenant, named(question.of), limit);
      const told = [...new Set(persons.flatMap((person) => people.findBy(person).manager ?? []))];
      if (told.length === 0) return { people: [] };
      const managers = await people.find(tenant, (row) => namesOf(row).some((name) => told.includes(name)), limit);
      return managers.length > 0 ? shown(people, managers) : { people: [], told };
    }
  }
}

/** People of whom all of it is so. */
export async function who(people: HrPeople, tenant: string, criteria: Criteria, limit: number): Promise<Answer> {
  const { name, department, place, title, employment, manager } = criteria;
  const isNamed = name === undefined ? undefined : named(name);
  // Where no place is asked for as well, "in Berlin" may be either.
  const among = ({ department: own = [], location = [] }: Finding) =>
    place === undefined ? [...own, ...location] : own;
  const has = (values: readonly string[] | undefined, wanted: string | undefined): boolean =>
    wanted === undefined || values?.includes(fold(wanted)) === true;
  const fits = (row: Employee, finding: Finding): boolean =>
    (isNamed?.(row, finding) ?? true) &&
    has(among(finding), department) &&
    has(finding.location, place) &&
    has(finding.manager, manager) &&
    (title === undefined || fold(text(row.facts['job_title'])).includes(fold(title))) &&
    (employment === undefined || sameWords(row.facts['employment_type'], employment));
  return shown(people, await people.find(tenant, fits, limit));
}

/** All words are in the names, addresses or title. */
function named(name: string): (row: Employee, finding: Finding) => boolean {
  const words = fold(name).split(/\s+/).filter((word) => word !== ''); // prettier-ignore
  return (_, finding) => words.every((word) => finding.text.includes(word));
}

const namesOf = ({ facts }: Employee): string[] =>
  [facts['user_name'], facts['email'], `${text(facts['first_name'])} ${text(facts['last_name'])}`, custom(facts, 'employeeId')] // prettier-ignore
    .flatMap((value) => (typeof value === 'string' && value.trim() !== '' ? [fold(value)] : []));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const sameWords = (value: unknown, words: string): boolean =>
  fold(text(value)).replace(/[-_]/g, ' ') === fold(words).replace(/[-_]/g, ' ');

function shown(people: HrPeople, found: readonly Employee[]): Answer {
  const sorted = [...found].sort((a, b) => Number(b.may_ask) - Number(a.may_ask));
  return { people: sorted.map((employee) => people.show(employee)) };
}
