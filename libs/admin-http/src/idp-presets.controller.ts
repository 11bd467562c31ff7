import { IDP_PRESETS } from '#idp';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Requires } from './access/requires.decorator.js';
import { Problems } from './openapi/problem.js';

export class PresetsList {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  presets!: readonly object[];
}

/** What is known of each identity provider: its connections are made with the `id`. */
@ApiTags('connections')
@Controller('admin/v1/idp-presets')
export class IdpPresetsController {
  @Get()
  @Requires('reference:read')
  @ApiOperation({ summary: 'List what is known of each identity provider' })
  @ApiOkResponse({ type: PresetsList })
  @Problems()
  list(): PresetsList {
    return { presets: IDP_PRESETS };
  }
}
