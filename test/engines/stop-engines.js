/** After the engine tests: the containers that they were given. */
export default async function stopEngines() {
  await Promise.all((globalThis.startedEngines ?? []).map((container) => container.stop()));
}
