import { setTimeout as pause } from 'node:timers/promises';
import type { Randomness } from './randomness.js';
import { type AppName, type Engine, ENGINES, type Instance, type Rig } from './rig.js';

/** Something that goes wrong, and ends again. */
export interface Fault {
  readonly name: string;
  readonly happen: (rig: Rig, randomness: Randomness) => Promise<void>;
}

/** Work that one instance does for all, by app. */
export const LEASES: Partial<Record<AppName, string>> = { projector: 'projector', relay: 'relay' };

/** Whoever is at work, or any one. */
async function victimOf(app: AppName, rig: Rig, randomness: Randomness): Promise<Instance> {
  const lease = LEASES[app];
  return lease === undefined ? randomness.one(rig.of(app)) : rig.holder(lease);
}

/** `kill -9`. Whoever does work for all stays dead until another one does it. */
function killed(app: AppName): Fault {
  return {
    name: `kill ${app}`,
    happen: async (rig, randomness) => {
      const { process } = await victimOf(app, rig, randomness);
      await process.kill();
      const lease = LEASES[app];
      if (lease !== undefined) await rig.holder(lease);
      else await pause(randomness.between(0, 1_500));
      await process.start();
    },
  };
}

function engineKilled(engine: Engine): Fault {
  return {
    name: `kill ${engine}`,
    happen: async (rig, randomness) => {
      await rig.killEngine(engine);
      await pause(randomness.between(0, 2_000));
      await rig.startEngine(engine);
    },
  };
}

export const KILLS: readonly Fault[] = [
  ...(['scim-gateway', 'admin', 'projector', 'relay', 'wellness', 'hr-assistant'] as const).map(killed),
  ...ENGINES.map(engineKilled),
];

/** Long enough for a lease to be lost, ms. */
const SILENCE_MS = [2_000, 11_000] as const;

/** The line of one process to one engine lets nothing through, and then goes on as if nothing had been. */
function stalled(app: AppName, engine: Engine): Fault {
  return {
    name: `stall ${app} → ${engine}`,
    happen: async (rig, randomness) => {
      const line = (await victimOf(app, rig, randomness)).lines[engine];
      line.stall();
      await pause(randomness.between(...SILENCE_MS));
      line.resume();
    },
  };
}

function stalledForAll(engine: Engine): Fault {
  return {
    name: `stall everybody → ${engine}`,
    happen: async (rig, randomness) => {
      for (const { lines } of rig.instances) lines[engine].stall();
      await pause(randomness.between(1_000, 6_000));
      for (const { lines } of rig.instances) lines[engine].resume();
    },
  };
}

function cutForAll(engine: Engine): Fault {
  return {
    name: `cut everybody → ${engine}`,
    happen: async (rig) => {
      for (const { lines } of rig.instances) lines[engine].cut();
    },
  };
}

/** A machine that stands still, and wakes up believing what it believed. */
function frozen(app: AppName): Fault {
  return {
    name: `freeze ${app}`,
    happen: async (rig, randomness) => {
      const { process } = await victimOf(app, rig, randomness);
      process.freeze();
      await pause(randomness.between(...SILENCE_MS));
      process.thaw();
    },
  };
}

function restarted(app: AppName): Fault {
  return {
    name: `restart ${app}`,
    happen: async (rig, randomness) => {
      const { process } = await victimOf(app, rig, randomness);
      // Not always with 0: what it waits for to end in order may be what goes wrong beside it.
      await process.stop();
      await process.start();
    },
  };
}

export const DISTURBANCES: readonly Fault[] = [
  ...ENGINES.map((engine) => stalled('relay', engine)),
  ...(['mongo', 'eventstore'] as const).map((engine) => stalled('projector', engine)),
  ...(['mongo', 'eventstore'] as const).map((engine) => stalled('scim-gateway', engine)),
  ...(['mongo', 'kafka'] as const).map((engine) => stalled('wellness', engine)),
  ...ENGINES.map(stalledForAll),
  ...ENGINES.map(cutForAll),
  ...(['relay', 'projector', 'scim-gateway', 'wellness'] as const).map(frozen),
  ...(['relay', 'projector', 'scim-gateway', 'wellness'] as const).map(restarted),
];
