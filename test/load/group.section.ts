import type { Directory } from './directory.js';
import { drive, exchange, type Exchange, type Sample } from './drive.js';
import { HttpConnection } from './http-client.js';
import { exponent, figure, type Report, thousands } from './report.js';
import { inTurns } from './rounds.js';
import type { Scale } from './scale.js';

const GROWTH_BOUND = 0.1;
/** Members in one PATCH while a group is filled. */
const FILL_BATCH = 1_000;

interface FilledGroup {
  readonly size: number;
  readonly id: string;
  readonly name: string;
  /** Somebody who is added and removed in turn, so that the group keeps its size. */
  readonly outsider: string;
  hasOutsider: boolean;
}

/** One member more and one member less in groups of very different size. */
export async function measureGroups(report: Report, scale: Scale, directory: Directory): Promise<void> {
  report.section('Groups, one request at a time');
  const { server } = directory;
  const connection = await HttpConnection.open(server.port);
  const groups: FilledGroup[] = [];
  for (const size of scale.groupSizes) groups.push(await fill(connection, directory, size));

  const changes = (group: FilledGroup): (() => Exchange) => {
    return () => {
      group.hasOutsider = !group.hasOutsider;
      return group.hasOutsider
        ? directory.addMembers(group.id, [group.outsider])
        : directory.removeMember(group.id, group.outsider);
    };
  };
  const kinds: readonly [string, string, (group: FilledGroup) => () => Exchange][] = [
    ['member added and removed, in turn', 'member add and remove', changes],
    [
      'GET without members',
      'GET without members',
      ({ id, name }) =>
        () =>
          directory.readGroup(id, name),
    ],
  ];
  const rows: [string, string, Sample][] = [];
  for (const [name, , make] of kinds) {
    const loads = groups.map((group) => {
      const next = make(group);
      return (seconds: number) => drive(server, { concurrency: 1, seconds, next });
    });
    // Many short turns: a moment's disturbance then spoils one turn of all rather than one size.
    const samples = await inTurns(2 * scale.rounds, loads, scale.probe / 4);
    samples.forEach((sample, i) => rows.push([name, thousands(groups[i]?.size ?? 0), sample]));
  }
  report.samples(['', 'members'], rows);

  const [small, large] = [scale.groupSizes[0] ?? NaN, scale.groupSizes.at(-1) ?? NaN];
  for (const [name, short] of kinds) {
    const costs = rows.filter(([kind]) => kind === name).map(([, , { cpu }]) => cpu);
    const growth = exponent(costs[0] ?? NaN, costs.at(-1) ?? NaN, small, large);
    report.atMost(`${short}: exponent, ${small} to ${thousands(large)} members`, growth, GROWTH_BOUND);
    report.line(`${short}: exponent of server CPU per request ${figure(growth)}`);
  }
  for (const { id, size, hasOutsider } of groups) {
    await exchange(connection, directory.readMembers(id, hasOutsider ? size + 1 : size));
  }
  connection.close();
}

async function fill(connection: HttpConnection, directory: Directory, size: number): Promise<FilledGroup> {
  let id = '';
  const name = `Everyone, ${size}`;
  await exchange(
    connection,
    directory.createGroup(name, (created) => (id = created)),
  );
  for (let from = 0; from < size; from += FILL_BATCH) {
    const batch = directory.ids.slice(from, Math.min(size, from + FILL_BATCH));
    await exchange(connection, directory.addMembers(id, batch));
  }
  return { size, id, name, outsider: directory.ids[size] ?? '', hasOutsider: false };
}
