import { unmappedAttributes } from '#products';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { ProductReader } from './product-reader.js';
import { UnmappedAttributesList } from './products.views.js';

/** What a tenant's identity provider sends to nobody's use. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug/unmapped-attributes')
export class UnmappedAttributesController {
  constructor(private readonly products: ProductReader) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'List custom attributes that no enabled product reads',
    description: 'They are kept all the same. Map them, or stop sending them.',
  })
  @ApiOkResponse({ type: UnmappedAttributesList })
  @Problems(404)
  async list(@Param('slug') slug: string): Promise<UnmappedAttributesList> {
    const products = await this.products.ofTenant(slug);
    const { schemas, complete } = await this.products.carried(slug);
    const served = products.filter(({ enabled }) => enabled);
    return { attributes: unmappedAttributes(schemas, served), complete };
  }
}
