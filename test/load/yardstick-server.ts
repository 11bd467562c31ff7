import 'reflect-metadata';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** What Nest on Fastify costs as it comes, without anything of ours. */
@Controller()
class YardstickController {
  @Get('hello')
  hello(): string {
    return 'hello';
  }

  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return body;
  }
}

@Module({ controllers: [YardstickController] })
class YardstickModule {}

const app = await NestFactory.create<NestFastifyApplication>(YardstickModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
