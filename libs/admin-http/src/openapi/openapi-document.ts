import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Problem } from './problem.js';

export const OPENAPI_PATH = '/admin/openapi.json';

/** What the app's routes under `/admin` take and answer, as their code says. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Rollcall Admin API')
    .setVersion('1')
    .setDescription(
      'Tenants, their connections and settings, admins, and who changed what. Bodies are JSON; refusals are problem details (RFC 9457).',
    )
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'opaque',
      description: 'An admin’s key, or the installation’s admin key.',
    })
    .build();
  const { paths, ...document } = SwaggerModule.createDocument(app, about, {
    extraModels: [Problem],
    autoTagControllers: false,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  // SCIM describes itself in its own terms (RFC 7644 §4).
  const ours = Object.entries(paths).filter(([path]) => path.startsWith('/admin/'));
  return { ...document, paths: Object.fromEntries(ours) };
}

/** Publishes the document at {@link OPENAPI_PATH}, for everybody: it tells how to ask, and nothing about anybody. */
export function publishOpenApi(app: NestFastifyApplication): void {
  let text: string | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get(OPENAPI_PATH, (_request, reply) => {
      text ??= JSON.stringify(openApiDocument(app));
      void reply.type('application/json').header('cache-control', 'public, max-age=300').send(text);
    });
}
