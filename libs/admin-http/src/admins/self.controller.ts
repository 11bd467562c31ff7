import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actingAdmin } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { SelfView } from './admins.views.js';

@ApiTags('admins')
@Controller('admin/v1/me')
export class SelfController {
  @Get()
  @Requires('self:read')
  @ApiOperation({ summary: 'Who the key belongs to, and what they may do' })
  @ApiOkResponse({ type: SelfView })
  @Problems()
  read(@Req() request: FastifyRequest): SelfView {
    const { id, name, role, tenants } = actingAdmin(request);
    return { id, name, role, ...(tenants && { tenants }) };
  }
}
