import { IDP_PRESETS } from '#idp';
import { Controller, Get, UseFilters, UseGuards } from '@nestjs/common';
import { AdminKeyGuard } from './admin-key.guard.js';
import { ProblemFilter } from './problem.filter.js';

/** What is known of each identity provider: its connections are made with the `id`. */
@Controller('admin/v1/idp-presets')
@UseGuards(AdminKeyGuard)
@UseFilters(ProblemFilter)
export class IdpPresetsController {
  @Get()
  list() {
    return { presets: IDP_PRESETS };
  }
}
