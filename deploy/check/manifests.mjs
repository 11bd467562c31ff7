import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';

/** What Kubernetes does not know by itself; its operator checks it. */
const CUSTOM = new Set(['PodMonitor']);

/**
 * Checks manifests as a server would: every field known and of its type, and everything that is referred to there.
 * @param {string} path Kubernetes' OpenAPI document (Swagger 2)
 * @returns {Promise<(manifests: object[]) => string[]>} what is wrong
 */
export async function manifestChecker(path) {
  const { definitions } = JSON.parse(await readFile(path, 'utf8'));
  for (const definition of Object.values(definitions)) beStrict(definition);
  definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString'] = { type: ['integer', 'string'] };
  definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { type: ['number', 'string'] };
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'kubernetes', definitions });
  const nameOf = new Map(
    Object.entries(definitions).flatMap(([name, definition]) =>
      (definition['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }) => [
        `${group ? `${group}/` : ''}${version} ${kind}`,
        name,
      ]),
    ),
  );
  return (manifests) => [
    ...manifests.flatMap((manifest) => {
      const { apiVersion, kind, metadata } = manifest;
      if (CUSTOM.has(kind)) return [];
      const name = nameOf.get(`${apiVersion} ${kind}`);
      if (!name) return [`${kind} ${metadata?.name}: Kubernetes knows no ${kind} in ${apiVersion}`];
      const isValid = ajv.getSchema(`kubernetes#/definitions/${name}`);
      if (isValid(manifest)) return [];
      return isValid.errors.map(
        ({ instancePath, message, params }) =>
          `${kind} ${metadata?.name}${instancePath} ${message} ${JSON.stringify(params)}`,
      );
    }),
    ...danglingReferences(manifests),
  ];
}

/** A server drops a field that it does not know; here it is an error. */
function beStrict(schema) {
  if (typeof schema !== 'object' || schema === null) return;
  if (schema.properties) schema.additionalProperties ??= false;
  for (const part of Object.values(schema)) beStrict(part);
}

function danglingReferences(manifests) {
  const of = (kind) => manifests.filter((manifest) => manifest.kind === kind);
  const pods = [...of('Deployment').map(({ spec }) => spec.template), ...of('Pod')];
  const selected = (selector) =>
    pods.filter(({ metadata }) => Object.entries(selector).every(([key, value]) => metadata.labels[key] === value));
  const portsOf = (pod) => pod.spec.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
  const faults = [];
  const check = (isRight, { kind, metadata }, what) => {
    if (!isRight) faults.push(`${kind} ${metadata.name}: ${what}`);
  };

  const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  for (const twice of names.filter((name, i) => names.indexOf(name) !== i)) faults.push(`${twice} is there twice`);

  for (const deployment of of('Deployment')) {
    const { selector, template } = deployment.spec;
    check(selected(selector.matchLabels).length === 1, deployment, 'selects other pods than its own');
    const [container] = template.spec.containers;
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      check(
        portsOf(template).includes(container[probe]?.httpGet?.port),
        deployment,
        `${probe} asks no port of its own`,
      );
    }
    const volumes = new Set(template.spec.volumes.map(({ name }) => name));
    for (const { name } of container.volumeMounts) check(volumes.has(name), deployment, `mounts no volume ${name}`);
  }
  for (const service of of('Service')) {
    const [pod, ...others] = selected(service.spec.selector);
    check(pod && others.length === 0, service, 'leads to no app, or to several');
    for (const { targetPort } of service.spec.ports) {
      check(pod && portsOf(pod).includes(targetPort), service, `leads to no port ${targetPort}`);
    }
  }
  for (const scaler of of('HorizontalPodAutoscaler')) {
    const { name } = scaler.spec.scaleTargetRef;
    const target = of('Deployment').find(({ metadata }) => metadata.name === name);
    check(target, scaler, `scales no ${name}`);
    check(target?.spec.replicas === undefined, scaler, `and ${name} both say how many`);
    check(scaler.spec.minReplicas <= scaler.spec.maxReplicas, scaler, 'wants at least more than at most');
  }
  for (const budget of of('PodDisruptionBudget')) {
    check(selected(budget.spec.selector.matchLabels).length === 1, budget, 'is for no app, or for several');
  }
  for (const policy of of('NetworkPolicy')) {
    const chosen = selected(policy.spec.podSelector.matchLabels);
    check(chosen.length > 0, policy, 'is for nobody');
    for (const { ports = [] } of policy.spec.ingress ?? []) {
      for (const { port } of ports) check(portsOf(chosen[0]).includes(port), policy, `opens no port ${port}`);
    }
  }
  for (const ingress of of('Ingress')) {
    for (const { http } of ingress.spec.rules) {
      for (const { backend } of http.paths) {
        const { name, port } = backend.service;
        const service = of('Service').find(({ metadata }) => metadata.name === name);
        check(
          service?.spec.ports.some((each) => each.name === port.name),
          ingress,
          `leads to no Service ${name}`,
        );
      }
    }
  }
  return faults;
}
